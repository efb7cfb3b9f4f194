/// The destination of a request, from its URL.
struct Target: Sendable {
    /// The host, or the path of the unix socket, for error messages.
    let host: String
    /// Whether the URL is https.
    let isSecure: Bool
    /// Whether it is this machine, or a link-local address, where cloud machines read their own credentials.
    let isLocal: Bool
    /// The key under which connections per host are counted.
    let key: String

    init(_ request: HTTPRequest) throws(HTTPError) {
        guard let url = CurlURL.parse(request.url) else {
            throw HTTPError(.badURL, "not an http or https URL with a host")
        }
        guard !url.hasCredentials else {
            throw HTTPError(.badURL, "a URL must not contain a user name or a password; use a header", host: url.host)
        }
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) else {
            throw HTTPError(
                .badURL, "the URL contains a space or another character that must be percent-encoded", host: url.host)
        }
        guard (request.unixSocketPath?.utf8.count ?? 0) < 108 else {
            throw HTTPError(.badURL, "a unix socket path has at most 107 bytes", host: url.host)
        }
        host = request.unixSocketPath ?? url.host
        isSecure = url.scheme == "https"
        isLocal = Self.isLocal(url.host)
        key = request.unixSocketPath ?? "\(url.scheme)://\(url.host):\(url.port)"
    }

    private static func isLocal(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) else { return false }
        return parts[0] == "127" || (parts[0] == "169" && parts[1] == "254")
    }
}
