internal import Foundation
public import LaunchConformance
internal import LaunchPluginKit
internal import Synchronization

/// One way to break the contract of a builder.
public enum WrongBuilder: String, Sendable, CaseIterable {
    case keyOfFolder
    case keyOfName
    case keyWithoutDockerfile
    case keyWithoutArguments
    case keyWithoutPlatform
    case writesIntoSource
    case keyNeedsService
    case namesAnotherImage
    case mixesBuilds
    case anotherImageEachTime
    case leavesFile
    case failsAsInternal
    case hidesOutput
    case buildsOnAfterCancel
    case missesDockerfile
    case printsToken

    /// What the plugin does wrong, as a predicate.
    public var words: String { facts.words }
    /// The name of the rule whose case refuses it.
    public var rule: String { facts.rule }

    private var facts: (rule: String, words: String) {
        switch self {
        case .keyOfFolder: ("builder.key-same", "makes the key from the path of the source")
        case .keyOfName: ("builder.key-file", "makes the key from the name of the project")
        case .keyWithoutDockerfile: ("builder.key-dockerfile", "leaves the Dockerfile out of the key")
        case .keyWithoutArguments: ("builder.key-argument", "leaves the build arguments out of the key")
        case .keyWithoutPlatform: ("builder.key-platform", "leaves the platform out of the key")
        case .writesIntoSource: ("builder.key-pure", "writes a file into the source")
        case .keyNeedsService: ("builder.key-offline", "needs its service for a key")
        case .namesAnotherImage: ("builder.resolves", "returns another digest than the one that it has pushed")
        case .mixesBuilds: ("builder.at-once", "mixes builds of one key that run at the same time")
        case .anotherImageEachTime: ("builder.twice", "builds another image from the same key")
        case .leavesFile: ("builder.leaves-nothing", "leaves a temporary file")
        case .failsAsInternal: ("builder.fails", "reports a failed step as a fault of the backend")
        case .hidesOutput: ("builder.fails", "does not show the output of a failed step")
        case .buildsOnAfterCancel: ("builder.cancelled", "leaves a temporary file if it is cancelled")
        case .missesDockerfile: ("builder.no-dockerfile", "reports a missing Dockerfile as a fault of the backend")
        case .printsToken: ("builder.secrets", "keeps its token as plain text")
        }
    }
}

/// A builder that keeps the contract, and breaks it at one place on demand. An image is the digest of its source.
struct SimBuilder: Builder {
    static let token = "planted-token"

    let images: SimImages
    let folder: String
    let variation: BuilderFixture.Variation
    let wrong: WrongBuilder?
    /// The builds that are under way.
    let builds = Builds()
    /// Printed by a wrong plugin.
    let note: String

    init(images: SimImages, folder: String, variation: BuilderFixture.Variation, wrong: WrongBuilder?) {
        self.images = images
        self.folder = folder
        self.variation = variation
        self.wrong = wrong
        note = wrong == .printsToken ? Self.token : ""
    }

    final class Builds: Sendable {
        private let count = Mutex(0)

        /// Whether another build is under way.
        func begin() -> Bool {
            count.withLock { count in
                count += 1
                return count > 1
            }
        }

        func end() { count.withLock { $0 -= 1 } }
    }

    var repository: String? { nil }

    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        let path = "\(source.context)/\(source.dockerfile)"
        if wrong == .keyNeedsService, offline { throw BackendError(.unavailable, "The service cannot be reached.") }
        guard let file = FileManager.default.contents(atPath: path) else {
            throw BackendError(
                wrong == .missesDockerfile ? .internalFault : .invalid, "There is no \(source.dockerfile).")
        }
        let content = FileManager.default.contents(atPath: "\(source.context)/content") ?? Data()
        if wrong == .writesIntoSource {
            _ = FileManager.default.createFile(atPath: "\(source.context)/.key", contents: nil)
        }
        var parts = ["\(content.base64EncodedString())"]
        if wrong != .keyWithoutDockerfile { parts.append(file.base64EncodedString()) }
        if variation == .buildArgument, wrong != .keyWithoutArguments { parts.append("argument") }
        if variation == .platform, wrong != .keyWithoutPlatform { parts.append("platform") }
        if wrong == .keyOfFolder { parts = [source.context] }
        if wrong == .keyOfName { parts = [source.project] }
        return ContentKey(hex: Self.hex(parts.joined(separator: " ")))
    }

    func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        let text = String(
            decoding: FileManager.default.contents(atPath: "\(source.context)/\(source.dockerfile)") ?? Data(),
            as: UTF8.self)
        let draft = "\(folder)/\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: draft, contents: nil)
        if wrong != .leavesFile, wrong != .buildsOnAfterCancel || !text.contains("waits") {
            defer { try? FileManager.default.removeItem(atPath: draft) }
            return try await finished(text, key, destination, progress)
        }
        return try await finished(text, key, destination, progress)
    }

    private func finished(
        _ text: String, _ key: ContentKey, _ destination: ImageReference,
        _ progress: @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        progress(BuildProgress(.build, text))
        if text.contains("fails") {
            throw BackendError(
                wrong == .failsAsInternal ? .internalFault : .invalid,
                wrong == .hidesOutput ? "A step failed." : "A step failed: launch-conformance-fails")
        }
        if text.contains("waits") {
            do {
                try await Task.sleep(for: .seconds(900))
            } catch {
                throw BackendError(.cancelled, "The build was cancelled.")
            }
        }
        var isMixed = false
        if wrong == .mixesBuilds {
            isMixed = builds.begin()
            try? await Task.sleep(for: .milliseconds(200))
            builds.end()
        }
        let hex = wrong == .anotherImageEachTime || isMixed ? Self.hex(UUID().uuidString) : key.hex
        guard let digest = Digest(rawValue: "sha256:\(hex)") else { throw BackendError(.internalFault, hex) }
        let other = Digest(rawValue: "sha256:\(Self.hex(hex))") ?? digest
        images.push(destination, wrong == .namesAnotherImage ? other : digest)
        let name = "\(destination.host ?? "")/\(destination.repository)"
        return PinnedImage(reference: "\(name)@\(digest)", digest: digest, name: name)
    }

    /// 64 digits that differ for different texts. Nothing depends on more.
    private static func hex(_ text: String) -> String {
        var words: [UInt64] = [1, 2, 3, 4].map { $0 &* 0xcbf2_9ce4_8422_2325 }
        for byte in text.utf8 {
            for index in words.indices {
                words[index] = (words[index] ^ UInt64(byte)) &* 0x100_0000_01b3 &+ UInt64(index)
            }
        }
        return words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension SimPlugin {
    /// A fixture for a builder. The folder is for its sources and drafts.
    public static func fixture(_ wrong: WrongBuilder?, folder: String) throws -> BuilderFixture {
        let images = SimImages()
        let type = wrong?.rawValue.lowercased() ?? "right"
        let drafts = "\(folder)/drafts"
        try FileManager.default.createDirectory(atPath: drafts, withIntermediateDirectories: true)
        return BuilderFixture(
            plugin: Plugin<any Builder>(
                type: type, summary: "Makes a digest of the source.", examples: ["type: \(type)"],
                make: { _, _ throws(BackendError) in
                    SimBuilder(images: images, folder: drafts, variation: .plain, wrong: wrong)
                }),
            folder: folder, secrets: [SimBuilder.token],
            makeBuilder: { SimBuilder(images: images, folder: drafts, variation: $0, wrong: wrong) },
            makeRegistry: { SimRegistry(images, nil) },
            write: { source, folder in
                let (content, dockerfile) =
                    switch source {
                    case .good(let content): (content, "good")
                    case .otherDockerfile(let content): (content, "good, and one more step")
                    case .endless: ("", "launch-conformance-waits")
                    case .failing: ("", "launch-conformance-fails")
                    }
                try Data(content.utf8).write(to: URL(filePath: "\(folder)/content"))
                try Data(dockerfile.utf8).write(to: URL(filePath: "\(folder)/Dockerfile"))
            },
            leftovers: { try Set(FileManager.default.contentsOfDirectory(atPath: drafts)) })
    }
}
