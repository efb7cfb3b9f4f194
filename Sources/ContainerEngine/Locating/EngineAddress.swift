/// Where an engine listens.
public enum EngineAddress: Sendable, Hashable, CustomStringConvertible {
    /// A unix socket at that absolute path.
    case unix(String)
    /// Plain HTTP at that host and port.
    case tcp(host: String, port: Int)

    /// Reads `unix:///path`, `/path`, `tcp://host:port` or `http://host:port`.
    /// - Throws: `invalid` with what is wrong and what is allowed.
    public init(parsing text: String) throws(EngineError) {
        if text.hasPrefix("unix://") || text.hasPrefix("/") {
            let path = text.hasPrefix("/") ? text : String(text.dropFirst("unix://".count))
            guard path.hasPrefix("/") else {
                throw Self.wrong(text, "the path of a socket is absolute: unix:///var/run/docker.sock")
            }
            // The kernel's limit for the path of a socket, without its end mark.
            guard path.utf8.count <= 107, !path.utf8.contains(0) else {
                throw Self.wrong(text, "the path of a socket has at most 107 bytes")
            }
            self = .unix(path)
            return
        }
        guard let scheme = ["tcp://", "http://"].first(where: { text.hasPrefix($0) }) else {
            throw Self.wrong(text, "it must begin with unix:// or tcp:// (ssh:// and https:// are not supported)")
        }
        let rest = text.dropFirst(scheme.count)
        let pattern = /([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})\/?/
        guard let match = rest.wholeMatch(of: pattern), let port = Int(match.2), (1...65_535).contains(port) else {
            throw Self.wrong(text, "after \(scheme) a host and a port are expected: tcp://127.0.0.1:2375")
        }
        self = .tcp(host: String(match.1), port: port)
    }

    private static func wrong(_ text: String, _ why: String) -> EngineError {
        EngineError(.invalid, "'\(text)' is no address of an engine: \(why).")
    }

    /// The address as `DOCKER_HOST` takes it.
    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port): "tcp://\(host):\(port)"
        }
    }
}
