/// The server of a URL: scheme, host and port. Credentials for one origin must not be sent to another.
public struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address in brackets.
    public let host: String
    /// The port. If the URL has none, the default of the scheme.
    public let port: Int

    /// The origin of a URL as libcurl parses it. Nil for another scheme, and for a URL with a user name or a password.
    public init?(_ url: String) {
        guard let parts = CurlURL.parse(url), !parts.hasCredentials, let port = Int(parts.port) else { return nil }
        scheme = parts.scheme
        host = parts.host
        self.port = port
    }

    /// Whether connections use TLS.
    public var isSecure: Bool { scheme == "https" }

    /// `host`, or `host:port` if the port is not the scheme's default.
    public var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// `https://host:port`
    public var description: String { "\(scheme)://\(authority)" }
}
