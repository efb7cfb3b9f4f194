internal import LaunchHost

/// Where data comes from or goes to: a path of this machine, or a URI of the environment's objects.
enum Place: Sendable, Hashable {
    case path(String)
    case uri(String)

    /// - Throws: `invalid` for what is neither.
    init(_ text: String) throws(BackendError) {
        if text.hasPrefix("/") {
            self = .path(DockerChecks.normal(text))
        } else if text.hasPrefix("file:///") {
            self = .path(DockerChecks.normal(String(text.dropFirst("file://".count))))
        } else if text.wholeMatch(of: /[a-z][a-z0-9+.-]*:\/\/.+/) != nil {
            self = .uri(text)
        } else {
            throw BackendError(
                .invalid, "'\(text)' is no place for data: an absolute path of this machine, or a URI such as s3://…")
        }
    }

    /// The URI of a prefix as that of a folder.
    static func folder(_ uri: String) -> String { uri.hasSuffix("/") ? uri : uri + "/" }
}

/// The objects of the environment, as far as it has any.
struct Objects: Sendable {
    let environment: (any Environment)?

    /// Whether the environment has objects of that URI.
    func reaches(_ uri: String) -> Bool {
        let schemes = (environment as? any ObjectStoring)?.objectSchemes ?? []
        return schemes.contains { uri.hasPrefix("\($0)://") }
    }

    /// The way to the object or prefix.
    /// - Throws: `configuration` where the environment has no such objects.
    func store(for uri: String) async throws(BackendError) -> any ObjectStore {
        guard reaches(uri), let storing = environment as? any ObjectStoring else { throw Self.unreachable(uri) }
        return try await storing.objectStore()
    }

    static func unreachable(_ uri: String) -> BackendError {
        BackendError(
            .configuration, "The environment of this configuration cannot reach \(uri).",
            hint: "Use environment 'aws' in launch-config.yaml, or name local folders instead: --channel, --output and "
                + "--checkpoints, or --keep-local for what is written.")
    }
}
