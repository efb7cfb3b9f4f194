/// What a request does in a repository. A token is valid for one use.
struct RepositoryUse: Sendable, Hashable {
    /// The repository's name in the API.
    var repository: String
    /// Whether the request pushes.
    var writes = false
    /// Another repository of the registry whose blob the request mounts.
    var origin: String?

    init(_ repository: String, writes: Bool = false, origin: String? = nil) {
        self.repository = repository
        self.writes = writes
        self.origin = origin
    }

    /// The scopes of a token, separated by spaces, if the registry's challenge names none.
    var scope: String {
        "repository:\(repository):pull\(writes ? ",push" : "")" + (origin.map { " repository:\($0):pull" } ?? "")
    }
}
