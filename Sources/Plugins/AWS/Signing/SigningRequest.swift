/// What a signature covers of a request, before it is signed.
public struct SigningRequest: Sendable {
    /// The method, upper case.
    public var method: String
    /// What the `Host` header will say: the name, with the port unless it is the scheme's own.
    public var host: String
    /// The path as it goes on the wire, percent-encoded, with its leading slash; empty means `/`.
    public var path: String
    /// The query, not encoded, in the order of the wire; nil is a name without `=`.
    public var query: [(name: String, value: String?)]
    /// The header fields, in order; names may repeat. What proxies change or AWS does not want is not signed.
    public var headers: [(name: String, value: String)]

    /// A request from its parts.
    public init(
        method: String, host: String, path: String = "/", query: [(name: String, value: String?)] = [],
        headers: [(name: String, value: String)] = []
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// Path and query as they go on the wire: what follows scheme and host in the URL that belongs to the signature.
    public var target: String {
        let path = path.isEmpty ? "/" : path
        guard !query.isEmpty else { return path }
        let pairs = query.map { name, value in
            let name = URIEncoding.component(name)
            return value.map { "\(name)=\(URIEncoding.component($0))" } ?? name
        }
        return "\(path)?\(pairs.joined(separator: "&"))"
    }
}
