/// Where a service answers, split the way in which requests and signatures need it.
struct ServiceAddress: Sendable, Hashable {
    /// `http` or `https`.
    let scheme: String
    /// Host, and the port where it is not the scheme's own: what the `Host` header says.
    let host: String
    /// What stands before every path, without a slash at its end.
    let basePath: String

    var isSecure: Bool { scheme == "https" }

    /// Reads an endpoint URL. Throws `configuration` where it is none.
    init(_ url: String) throws(AWSError) {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let scheme = parts[0].lowercased()
        guard parts.count == 3, parts[1].isEmpty, scheme == "http:" || scheme == "https:",
            !url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }), !url.contains("?"), !url.contains("#")
        else {
            throw AWSError(
                .configuration, "\"\(Self.shown(url))\" is no endpoint URL.",
                hint: "It looks like https://host or http://host:port.")
        }
        let rest = parts[2].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard !rest[0].isEmpty, !rest[0].contains("@") else {
            throw AWSError(.configuration, "The endpoint URL has no host, or holds a user name.")
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

    /// The same place with another label in front of the host.
    func prefixed(by label: String) -> ServiceAddress {
        ServiceAddress(scheme: scheme, host: "\(label).\(host)", basePath: basePath)
    }

    /// What may stand in a message: a URL may hold a password before an @.
    private static func shown(_ url: String) -> String {
        url.contains("@") ? "a URL with a user name" : String(url.prefix(200))
    }
}
