/// The address of an engine.
public enum EngineAddress: Sendable, Hashable, CustomStringConvertible {
    /// A unix socket at an absolute path.
    case unix(String)
    /// HTTP at a host and port; over TLS if `tls` is set.
    case tcp(host: String, port: Int, tls: EngineTLS? = nil)

    /// Parses `unix:///path`, `/path`, `tcp://host:port` or `http://host:port`.
    /// - Throws: `invalid` with the reason and the allowed forms.
    public init(parsing text: String) throws(EngineError) {
        if text.hasPrefix("unix://") || text.hasPrefix("/") {
            let path = text.hasPrefix("/") ? text : String(text.dropFirst("unix://".count))
            guard path.hasPrefix("/") else {
                throw Self.wrong(text, "the path of a socket is absolute: unix:///var/run/docker.sock")
            }
            // The kernel's limit for the path of a socket, without the final zero byte.
            guard path.utf8.count <= 107, !path.utf8.contains(0) else {
                throw Self.wrong(text, "the path of a socket has at most 107 bytes")
            }
            self = .unix(path)
            return
        }
        guard let scheme = ["tcp://", "http://"].first(where: { text.hasPrefix($0) }) else {
            if text.hasPrefix("ssh://") {
                throw Self.wrong(
                    text,
                    "ssh:// is not supported; forward the socket: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock "
                        + "HOST, and use unix:///tmp/engine.sock")
            }
            throw Self.wrong(text, "it must begin with unix:// or tcp://")
        }
        let rest = text.dropFirst(scheme.count)
        let pattern = /([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})\/?/
        guard let match = rest.wholeMatch(of: pattern), let port = Int(match.2), (1...65_535).contains(port) else {
            throw Self.wrong(text, "after \(scheme) a host and a port are expected: tcp://127.0.0.1:2375")
        }
        self = .tcp(host: String(match.1), port: port)
    }

    /// The TLS settings, if any.
    var tls: EngineTLS? {
        if case .tcp(_, _, let tls) = self { tls } else { nil }
    }

    /// This address with TLS settings. No effect for a socket.
    func over(_ tls: EngineTLS?) -> EngineAddress {
        if case .tcp(let host, let port, _) = self { .tcp(host: host, port: port, tls: tls) } else { self }
    }

    /// Rejects an engine on another host without TLS, because registry passwords and job data would cross the network
    /// unencrypted.
    /// - Throws: `notReachable`.
    func requireProtected() throws(EngineError) {
        guard case .tcp(let host, _, nil) = self, !Self.isLoopback(host) else { return }
        throw EngineError(
            .notReachable,
            "The engine at \(self) is on another host and has no TLS; passwords would be sent unencrypted.",
            hint:
                "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem, or forward "
                + "the socket: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock HOST.")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]" || host.wholeMatch(of: /127\.[0-9]+\.[0-9]+\.[0-9]+/) != nil
    }

    /// The variables that make a docker command line use this engine.
    var commandVariables: [String: String] {
        guard case .tcp(_, _, let tls?) = self else { return ["DOCKER_HOST": description] }
        return ["DOCKER_HOST": description].merging(tls.commandVariables) { $1 }
    }

    private static func wrong(_ text: String, _ why: String) -> EngineError {
        // A password before the host would end up in logs.
        let shown = text.replacing(/[^\/]*@/, with: "***@")
        return EngineError(.invalid, "'\(shown)' is not an engine address: \(why).")
    }

    /// The address in the notation of `DOCKER_HOST`.
    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port, _): "tcp://\(host):\(port)"
        }
    }
}
