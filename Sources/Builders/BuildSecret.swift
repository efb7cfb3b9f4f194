internal import FoundationEssentials
internal import LaunchPluginKit

/// A file that steps of a Dockerfile may read, and the builds that get it.
///
/// A submitter's Dockerfile can print a secret in a form that no mask recognizes. So the builds of a queue get the file
/// only if the configuration names the queue or the repository. A run without a queue belongs to the user of the
/// configuration, who can read the file without it.
struct BuildSecret: Sendable, Hashable {
    /// The ID for `RUN --mount=type=secret`.
    let id: String
    /// Its absolute path.
    let file: String
    /// The queues whose runs get it, `*` for all; nil if the configuration does not have the key.
    let queues: [String]?
    /// The git repositories whose builds get it; nil if the configuration does not have the key.
    let sources: [String]?

    /// The accepted values in the configuration.
    static let kind = Field.Kind.either([
        .string,
        .object([
            Field("file", .string, required: true, help: "The absolute path of the file."),
            Field("queues", .list(.string), help: "The queues whose runs get it; '*' is every queue."),
            Field(
                "sources", .list(.string),
                help: "The git repositories whose builds get it; a '*' at the end matches one name."),
        ]),
    ])

    init(_ id: String, _ value: JSONValue) {
        self.id = id
        let members = value.objectValue
        file = value.stringValue ?? members?["file"]?.stringValue ?? ""
        queues = members?["queues"]?.arrayValue?.compactMap(\.stringValue)
        sources = members?["sources"]?.arrayValue?.compactMap(\.stringValue)
    }

    /// Throws for values that no build can use.
    func check() throws(BackendError) {
        guard id.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*/) != nil else {
            throw BackendError(.invalid, "The secret '\(id)' has no valid ID: letters, digits, '_', '.' and '-'.")
        }
        // The builder's command line parses ID and file as one comma-separated value.
        guard file.hasPrefix("/"), !file.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else {
            throw BackendError(
                .invalid, "The file of secret '\(id)' is '\(file)'; expected an absolute path without ',' and '\"'.")
        }
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw BackendError(.invalid, "The file of secret '\(id)', \(file), cannot be read.")
        }
        for source in sources ?? [] where source.dropLast(source.hasSuffix("/*") ? 1 : 0).contains("*") {
            throw BackendError(
                .invalid, "The source '\(source)' of secret '\(id)' has a '*' that is not a whole name at its end.",
                hint: "Write an address, such as https://git.example.com/ml/train, or one that ends in '/*'.")
        }
    }

    /// Whether a build gets the secret.
    func isGranted(to source: BuildSource) -> Bool {
        guard let queue = source.queue else { return true }
        guard queues != nil || sources != nil else { return false }
        let isQueue = queues?.contains { $0 == "*" || $0 == queue } ?? true
        let isSource = sources?.contains { Self.matches($0, source.repository) } ?? true
        return isQueue && isSource
    }

    /// A `*` matches one plain name, because `..` or an encoded `/` would lead to another repository.
    private static func matches(_ pattern: String, _ repository: String?) -> Bool {
        guard let repository else { return false }
        guard pattern.hasSuffix("/*") else { return pattern == repository }
        let start = pattern.dropLast()
        guard repository.hasPrefix(start) else { return false }
        let name = repository.dropFirst(start.count)
        return name.wholeMatch(of: /[A-Za-z0-9._~-]+/) != nil && name.contains { $0 != "." }
    }

    /// Why a build does not get the secret, and the key that changes it.
    func denial(to source: BuildSource, at place: String) -> BackendError {
        let queue = source.queue ?? ""
        let key = "builder.secrets.\(id)"
        let why: String
        let hint: String
        switch (queues, sources) {
        case (nil, nil):
            why = "\(key) names no queues and no sources, so it reaches only runs without a queue"
            hint = "Write '\(id): {file: \(file), queues: [\(queue)]}' in builder.secrets"
        case (let queues?, _) where !queues.contains(where: { $0 == "*" || $0 == queue }):
            why = "\(key).queues does not name the queue '\(queue)'"
            hint = "Add '\(queue)' to \(key).queues"
        default:
            why = "\(key).sources does not name \(source.repository.map { "the repository \($0)" } ?? "a folder")"
            hint = source.repository.map { "Add '\($0)' to \(key).sources" } ?? "Submit the code from a git repository"
        }
        return BackendError(
            .denied, "\(place): the Dockerfile asks for the build secret '\(id)', and \(why).",
            hint: "\(hint), if everyone who can submit this source may read the secret.")
    }

    /// Masks the content of the file from now on. The builder also reads the file for each build.
    func mask() {
        guard let content = FileManager.default.contents(atPath: file) else { return }
        SecretMask.shared.add(contentOf: String(decoding: content.prefix(SecretMask.longest), as: UTF8.self))
    }
}

extension DockerBuilder.Settings {
    /// The secret files of a build, by ID.
    func secretFiles(for source: BuildSource) -> [String: String] {
        secrets.reduce(into: [:]) { files, secret in
            if secret.isGranted(to: source) { files[secret.id] = secret.file }
        }
    }

    /// The IDs of the secrets that a build of the Dockerfile may use.
    func usedSecrets(of dockerfile: Dockerfile, _ source: BuildSource) -> [String] {
        // A frontend other than docker's may use any secret, independent of the instructions.
        let usesAny =
            dockerfile.syntax != nil && !dockerfile.hasFrontendOfDocker || dockerfile.secrets.contains { $0.id == nil }
        let asked = Set(dockerfile.secrets.compactMap(\.id))
        return secrets.filter { $0.isGranted(to: source) && (usesAny || asked.contains($0.id)) }.map(\.id)
    }

    /// Throws if the Dockerfile requests a secret that the build does not get.
    ///
    /// The check precedes the key, so a queue cannot get an image that another queue built with the secret either.
    func checkSecrets(of dockerfile: Dockerfile, _ source: BuildSource) throws(BackendError) {
        for request in dockerfile.secrets {
            // If the ID is uncertain, every secret counts as requested.
            for secret in secrets where (request.id ?? secret.id) == secret.id && !secret.isGranted(to: source) {
                throw secret.denial(to: source, at: "\(source.dockerfile):\(request.line)")
            }
        }
    }
}

extension Dockerfile {
    /// Whether `# syntax=` names docker's own frontend.
    var hasFrontendOfDocker: Bool {
        syntax?.wholeMatch(of: /(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@].*)?/) != nil
    }
}
