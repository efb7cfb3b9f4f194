/// The server that a URL belongs to: scheme, host and port. Credentials for one origin are not for another.
public struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address in brackets.
    public let host: String
    /// The port, also where the URL leaves it to the scheme.
    public let port: Int

    /// The origin of a URL as libcurl reads it; nil for another scheme, and for a URL with a user name or a
    /// password in it.
    public init?(_ url: String) {
        guard let parts = CurlURL.parse(url), !parts.hasCredentials, let port = Int(parts.port) else { return nil }
        scheme = parts.scheme
        host = parts.host
        self.port = port
    }

    /// Whether the way to it is TLS.
    public var isSecure: Bool { scheme == "https" }

    /// `host`, or `host:port` where the port is not the scheme's own.
    public var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// `https://host:port`
    public var description: String { "\(scheme)://\(authority)" }
}
