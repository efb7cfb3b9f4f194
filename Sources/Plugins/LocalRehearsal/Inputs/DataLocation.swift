internal import LaunchLocalContainers
internal import LaunchPluginKit

/// A source or destination of data: a path of this machine, or a URI of the environment's objects.
enum DataLocation: Sendable, Hashable {
    case path(String)
    case uri(String)

    /// - Throws: `invalid` for any other text.
    init(_ text: String) throws(BackendError) {
        if text.hasPrefix("/") {
            self = .path(ContainerPath.normal(text))
        } else if text.hasPrefix("file:///") {
            self = .path(ContainerPath.normal(String(text.dropFirst("file://".count))))
        } else if text.wholeMatch(of: /[a-z][a-z0-9+.-]*:\/\/.+/) != nil {
            self = .uri(text)
        } else {
            throw BackendError(
                .invalid,
                "'\(text)' is not a location of data: an absolute path of this machine, or a URI such as s3://…")
        }
    }

    /// The URI of a prefix, with a slash at its end.
    static func folder(_ uri: String) -> String { uri.hasSuffix("/") ? uri : uri + "/" }
}

/// The objects of the environment. An environment may have none.
struct Objects: Sendable {
    let environment: (any Environment)?

    /// True if the environment has objects with that URI.
    func reaches(_ uri: String) -> Bool {
        let schemes = (environment as? any ObjectStoring)?.objectSchemes ?? []
        return schemes.contains { uri.hasPrefix("\($0)://") }
    }

    /// The store of an object or prefix.
    /// - Throws: `configuration` if the environment has no such objects.
    func store(for uri: String) async throws(BackendError) -> any ObjectStore {
        guard reaches(uri), let storing = environment as? any ObjectStoring else { throw Self.unreachable(uri) }
        return try await storing.objectStore()
    }

    static func unreachable(_ uri: String) -> BackendError {
        BackendError(
            .configuration, "The environment of this configuration cannot reach \(uri).",
            hint: "Use environment 'aws' in launch-config.yaml, or name local folders instead: --channel, --output and "
                + "--checkpoints, or --keep-local for results.")
    }
}
