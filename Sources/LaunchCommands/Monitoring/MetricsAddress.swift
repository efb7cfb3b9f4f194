internal import Glibc

/// Where the agent serves its metrics: the value of `--metrics`.
struct MetricsAddress: Equatable {
    /// An IP address.
    let host: String
    /// The port; 0 selects a free one.
    let port: UInt16

    /// The address in `HOST:PORT`, `[HOST]:PORT` for IPv6, or `PORT` for this machine only. Nil if the text is something
    /// else. A host must be written out: without one, no other machine can connect.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else {
            guard let port = Self.port(text[...]) else { return nil }
            (host, self.port) = (Self.loopback, port)
            return
        }
        guard let port = Self.port(text[text.index(after: colon)...]) else { return nil }
        let name = text[..<colon]
        let host =
            if name.hasPrefix("["), name.hasSuffix("]") {
                Self.isAddress(name.dropFirst().dropLast(), AF_INET6) ? String(name.dropFirst().dropLast()) : nil
            } else if name == "localhost" {
                Self.loopback
            } else {
                Self.isAddress(name, AF_INET) ? String(name) : nil
            }
        guard let host else { return nil }
        (self.host, self.port) = (host, port)
    }

    /// Whether only this machine can connect.
    var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    /// Whether a request with this `Host` header is answered. A page in a browser can give its own name the address of
    /// this machine, and then read the answers. The header has the name of the page in that case. So at an address of
    /// this machine only, a name other than `localhost` is refused.
    /// - Parameter header: the value of the header; nil if the request has none, which browsers do not send.
    func answers(host header: String?) -> Bool {
        guard isLoopback, let header else { return true }
        var name = header[...]
        if let colon = name.lastIndex(of: ":"), Self.port(name[name.index(after: colon)...]) != nil {
            name = name[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { return Self.isAddress(name.dropFirst().dropLast(), AF_INET6) }
        return name.lowercased() == "localhost" || Self.isAddress(name, AF_INET)
    }

    /// The beginning of its URLs.
    /// - Parameter port: the port that the system has selected.
    func url(port: UInt16) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static let loopback = "127.0.0.1"

    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(text) : nil
    }

    private static func isAddress(_ text: Substring, _ family: Int32) -> Bool {
        var room = in6_addr()
        return inet_pton(family, String(text), &room) == 1
    }
}
