/// The address of a service, split for requests and signatures.
struct ServiceAddress: Sendable, Hashable {
    /// `http` or `https`.
    let scheme: String
    /// The host, with the port if it is not the scheme's default: the value of the `Host` header.
    let host: String
    /// The prefix of every path, without a slash at its end.
    let basePath: String

    var isSecure: Bool { scheme == "https" }

    /// Parses an endpoint URL.
    /// - Throws: `configuration` if it is not one.
    init(_ url: String) throws(AWSError) {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let scheme = parts[0].lowercased()
        guard parts.count == 3, parts[1].isEmpty, scheme == "http:" || scheme == "https:",
            !url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), !url.contains("?"), !url.contains("#")
        else {
            throw AWSError(
                .configuration, "\"\(Self.shown(url))\" is not an endpoint URL.",
                hint: "Write https://host or http://host:port.")
        }
        let rest = parts[2].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard !rest[0].isEmpty, !rest[0].contains("@") else {
            throw AWSError(.configuration, "The endpoint URL has no host, or contains a user name.")
        }
        self.scheme = String(scheme.dropLast())
        let own = self.scheme == "https" ? ":443" : ":80"
        host = String(rest[0].hasSuffix(own) ? rest[0].dropLast(own.count) : rest[0]).lowercased()
        var path = rest.count == 2 ? "/" + rest[1] : ""
        while path.hasSuffix("/") { path.removeLast() }
        basePath = path
    }

    private init(scheme: String, host: String, basePath: String) {
        self.scheme = scheme
        self.host = host
        self.basePath = basePath
    }

    /// The same address with a label before the host name.
    func prefixed(by label: String) -> ServiceAddress {
        ServiceAddress(scheme: scheme, host: "\(label).\(host)", basePath: basePath)
    }

    /// The URL for a message. A URL may contain a password before an @.
    private static func shown(_ url: String) -> String {
        url.contains("@") ? "a URL with a user name" : String(url.prefix(200))
    }
}
