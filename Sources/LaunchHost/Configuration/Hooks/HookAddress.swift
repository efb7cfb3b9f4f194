/// The address of a hook.
package enum HookAddress {
    /// Why an address cannot be used, and what to write; nil if it can.
    ///
    /// A message has a part of a run's log, so it is sent encrypted, except to a server on this machine.
    static func fault(of url: String) -> (message: String, hint: String)? {
        guard let parts = parts(of: url) else {
            return (
                "the address of the hook is not a URL such as https://hooks.example/launch",
                "write https://HOST/PATH, without a user and with %-escapes"
            )
        }
        switch parts.scheme {
        case "https": return nil
        case "http":
            guard !isLoopback(parts.host) else { return nil }
            return ("the address of the hook is http, so the message would not be encrypted", "write https://")
        default: return ("the address of the hook is neither https nor http", "write https://HOST/PATH")
        }
    }

    /// Whether a pattern of `hook_urls` allows the address: the same scheme, host and port, and a path that matches. `*`
    /// matches within one part of the path, and `**` one part or more.
    package static func allows(_ pattern: String, _ url: String) -> Bool {
        func split(_ text: String) -> (origin: String, path: [String])? {
            guard let end = text.firstRange(of: "://") else { return nil }
            let rest = text[end.upperBound...]
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let path = rest[slash...].prefix { $0 != "?" }
            return (
                text[..<slash].lowercased(),
                path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            )
        }
        guard parts(of: url) != nil, let (origin, path) = split(url), let (allowed, pattern) = split(pattern),
            !path.contains(where: { $0 == ".." || $0 == "." || $0.contains("%") || $0.contains("\\") })
        else { return false }
        return origin == allowed && Wildcards.matches(path: path, pattern)
    }

    /// The scheme, the host and the port of a URL without a user; nil for another text.
    package static func parts(of url: String) -> (scheme: String, host: String, port: Int)? {
        let pattern = /(https?):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?:[\/?][!-~]*)?/
        guard url.utf8.count <= 2_048, let match = url.wholeMatch(of: pattern) else { return nil }
        let port = match.3.map { Int($0) ?? 0 } ?? (match.1 == "https" ? 443 : 80)
        guard (1...65_535).contains(port) else { return nil }
        return (String(match.1), String(match.2).lowercased(), port)
    }

    /// Whether the host is this machine.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]" || host.wholeMatch(of: /127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/) != nil
    }
}
