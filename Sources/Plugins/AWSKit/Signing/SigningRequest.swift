/// The parts of a request that a signature covers, before it is signed.
public struct SigningRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The value of the `Host` header: the name, with the port unless it is the scheme's default.
    public var host: String
    /// The path in its wire format, percent-encoded, with a leading slash; empty means `/`.
    public var path: String
    /// The query, not encoded, in the order of the wire; nil is a name without `=`.
    public var query: [(name: String, value: String?)]
    /// The header fields, in order; names may repeat. Fields that proxies change or AWS excludes are not signed.
    public var headers: [(name: String, value: String)]

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

    /// Path and query in their wire format: the part of the signed URL after scheme and host.
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
