import FoundationEssentials
import LaunchHost

@testable import LaunchBuilders
@testable import LaunchOCIRegistry

extension FuzzTarget {
    /// What the builders read besides the Dockerfile: the documents of a base image, the answers to an upload, and the
    /// output of buildah.
    static let builds = [appendDockerfile, imageDocuments, uploadAnswers, buildahOutput]

    /// A Dockerfile, a zero byte, and the settings of the base image.
    private static let appendDockerfile = FuzzTarget.text("append-dockerfile", dictionary: "dockerfile") { input in
        let (text, settings) = halves(of: input)
        let arguments = ["TAG": "1", "EMPTY": ""]
        let recipe: AppendRecipe
        do throws(LaunchError) {
            recipe = try AppendDockerfile.recipe(
                parsing: text, file: "Dockerfile", buildArguments: arguments, platform: "linux/amd64")
        } catch {
            expect(error.kind == .invalid, "a Dockerfile that cannot be appended is invalid")
            _ = DiagnosticRenderer().render(error.diagnostics)
            return
        }
        let base = ImageSettings(try? JSONValue(parsing: settings))
        do throws(BackendError) {
            let plan = try AppendPlan(recipe, on: base, buildArguments: arguments)
            for copy in plan.copies {
                for path in copy.sources + [copy.target] {
                    let isPlain = path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                        $0 != ".." && $0 != "."
                    }
                    expect(path.isEmpty || isPlain && !path.hasPrefix("/"), "a copy stays in its root: \(path)")
                }
            }
            // That of the base image stays as it is, as with docker.
            let workdir = plan.settings.workdir
            expect(workdir.hasPrefix("/") || workdir == base.workdir, "a working directory is absolute: \(workdir)")
            let document = plan.settings.document
            expect(ImageSettings(document).document == document, "written settings are read as the same")
        } catch {
            expect(error.category == .invalid, "a step that cannot be carried out is invalid: \(error.message)")
        }
    }

    /// A manifest, a zero byte, and a configuration.
    private static let imageDocuments = FuzzTarget.text("image-documents", dictionary: "json", maxLength: 8192) {
        input in
        let (manifest, config) = halves(of: input)
        if let fields = try? JSONDecoder().decode(ImageDocuments.Fields.self, from: Data(manifest.utf8)) {
            for layer in fields.layers { _ = layer.isForeign }
        }
        guard let configuration = try? JSONValue(parsing: config) else { return }
        let documents = ImageDocuments(
            digest: "", mediaType: ImageFormat.oci.manifest, manifest: Data(manifest.utf8), config: Data(config.utf8),
            layers: [])
        let settings = ImageSettings(configuration["config"])
        let digest = "sha256:" + String(repeating: "0", count: 64)
        guard
            let image = try? AppendedImage(
                base: documents, configOfBase: configuration, settings: settings,
                layers: [.init(digest: digest, size: 1, contentDigest: digest)], name: "base")
        else { return }
        let written = try? JSONValue(parsing: String(decoding: image.manifest, as: UTF8.self))
        let content = try? JSONValue(parsing: String(decoding: image.config, as: UTF8.self))
        let layers = written?["layers"]?.arrayValue
        expect(layers?.last?["digest"]?.stringValue == digest, "the new layer is the last")
        expect(
            layers?.count == content?["rootfs"]?["diff_ids"]?.arrayValue?.count,
            "each layer has the digest of its content")
    }

    /// The headers of an answer, and what it does to an upload. Each byte selects an answer; they repeat without an end.
    private static let uploadAnswers = FuzzTarget("upload-answers", maxLength: 256) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let count = BlobUpload.count(text) { expect(count >= 0, "a number of bytes is not negative") }
        if let host = try? RegistryHost(parsing: "registry.example"),
            let place = try? RegistryClient(.init(host: host)).transport.address(ofLocation: text, "image")
        {
            // libcurl takes one to three slashes after the scheme.
            let server = place.lowercased().trimmingPrefix(/https:\/{1,3}/)
            let rest = server.trimmingPrefix("registry.example").trimmingPrefix(/:(?:0*443)?/)
            expect(
                rest.count < server.count && (rest.isEmpty || "/?#".contains(rest.prefix(1))),
                "an upload stays on its server: \(place)")
        }
        guard !bytes.isEmpty else { return }
        var plan = UploadPlan(size: 40, piece: 8)
        var answers = 0
        while plan.step.isOpen {
            plan.take(event(bytes[answers % bytes.count]))
            answers += 1
            if case .send(let range) = plan.step {
                expect(range.lowerBound >= 0 && range.upperBound <= 40 && !range.isEmpty, "a piece is of the blob")
            }
            // Between two numbers of bytes that are the highest so far, a few failures of a few steps each.
            expect(answers < 40 * UploadPlan.maxFailures * 8, "an upload ends")
        }
    }

    private static func event(_ byte: UInt8) -> UploadPlan.Event {
        let count = Int64(byte >> 3) * 2
        return switch byte & 7 {
        case 0: .begun
        case 1: .stored
        case 2: .accepted(byte >> 3 == 0 ? nil : count)
        case 3: .unsupported
        case 4: .cut(OCIError(byte >> 7 == 0 ? .failing : .notARegistry, "cut"))
        case 5: .holds(count)
        case 6: .lost
        default: .found(byte >> 7 == 0)
        }
    }

    private static let buildahOutput = FuzzTarget.text("buildah-output", dictionary: "json") { text in
        if let version = BuildahVersion(parsing: text) {
            let again = BuildahVersion(parsing: "buildah version \(version).0")
            expect(again == version, "a printed version is the same: \(version)")
        }
        _ = BuildahMachine.hasRanges(text)
        guard let images = try? JSONDecoder().decode([BuildahStorage.Image].self, from: Data(text.utf8)) else { return }
        let removed = BuildahStorage.unneeded(images, bases: ["base"], kept: 1)
        expect(!removed.contains("base"), "the base image stays")
    }
}

extension UploadPlan.Step {
    fileprivate var isOpen: Bool {
        switch self {
        case .done, .failed: false
        default: true
        }
    }
}
