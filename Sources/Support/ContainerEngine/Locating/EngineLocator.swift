internal import Glibc

/// Finds the container engine of this machine: the configured one, `DOCKER_HOST`, docker's context, or a default
/// socket, in this order. TLS settings come from docker's variables and contexts.
public struct EngineLocator: Sendable {
    /// The origin of an address.
    public enum Source: Sendable, Hashable, CustomStringConvertible {
        /// The configuration.
        case option
        /// The variable `DOCKER_HOST`.
        case dockerHost
        /// The current context of docker's command line.
        case context
        /// A default address of engines.
        case wellKnown

        /// The origin in messages.
        public var description: String {
            switch self {
            case .option: "the option 'engine'"
            case .dockerHost: "DOCKER_HOST"
            case .context: "docker's context"
            case .wellKnown: "a usual place"
            }
        }
    }

    /// An address to try.
    public struct Candidate: Sendable, Hashable {
        /// The address of the engine.
        public var address: EngineAddress
        /// The origin of the address.
        public var source: Source
    }

    /// The variables that select an engine.
    static let variableNames: Set<String> = [
        "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "HOME",
        "XDG_RUNTIME_DIR",
    ]

    private let option: String?
    private let variables: [String: String]

    /// - Parameters:
    ///   - option: `unix:///path`, `/path` or `tcp://host:port`. If set, nothing else is tried.
    ///   - variables: the environment of the process.
    public init(option: String? = nil, variables: [String: String]) {
        self.option = option
        self.variables = variables
    }

    /// The addresses to try, best first. An explicit one is the only candidate, so that no other engine is used by
    /// accident.
    /// - Throws: `invalid` if the option is not an address, `notReachable` if the variable or the context is not
    /// usable.
    public func candidates() throws(EngineError) -> [Candidate] {
        let tls = EngineTLS(variables: variables, configFolder: DockerContext.folder(variables))
        if let option, !option.isEmpty {
            let address = try EngineAddress(parsing: option).over(tls)
            try address.requireProtected()
            return [Candidate(address: address, source: .option)]
        }
        if let host = variables["DOCKER_HOST"], !host.isEmpty {
            do {
                let address = try EngineAddress(parsing: host).over(tls)
                try address.requireProtected()
                return [Candidate(address: address, source: .dockerHost)]
            } catch {
                // The request itself is valid; only the engine is missing.
                throw EngineError(
                    .notReachable, "The variable DOCKER_HOST is not usable. \(error.message)", hint: error.hint)
            }
        }
        if let context = try DockerContext.current(variables) {
            try context.address.requireProtected()
            return [Candidate(address: context.address, source: .context)]
        }
        var paths = ["/var/run/docker.sock"]
        if let runtime = variables["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") {
            paths += ["\(runtime)/docker.sock", "\(runtime)/podman/podman.sock"]
        }
        paths.append("/run/podman/podman.sock")
        return paths.map { Candidate(address: .unix($0), source: .wellKnown) }
    }

    /// The first engine that responds.
    /// - Throws: `notReachable`, with everything that was tried and what to do, or `invalid` for an explicit address.
    public func locate(_ connect: (EngineAddress) async throws(EngineError) -> EngineClient) async throws(EngineError)
        -> LocatedEngine
    {
        var tried: [String] = []
        var closed: String?
        let candidates = try candidates()
        for candidate in candidates {
            if case .unix(let path) = candidate.address, access(path, F_OK) != 0 {
                let code = errno
                tried.append("\(candidate.address) (\(Self.absence(of: path, code)))")
                if code == EACCES { closed = closed ?? Self.closedFolder(above: path) }
                continue
            }
            do {
                return LocatedEngine(client: try await connect(candidate.address), source: candidate.source)
            } catch {
                guard error.code != .cancelled else { throw error }
                tried.append("\(candidate.address) (\(Self.brief(error.message)))")
            }
        }
        let source = candidates.first?.source
        let place = source == .wellKnown || source == nil ? "" : " at the address from \(source?.description ?? "")"
        // The unreadable file may name the context of another engine.
        let unread = source == .wellKnown ? DockerContext.fault(variables).map { " \($0.message)" } ?? "" : ""
        throw EngineError(
            .notReachable, "No container engine answers\(place). Tried: \(tried.joined(separator: ", ")).\(unread)",
            hint: closed.map {
                "This user cannot enter \($0): add the user to the folder's group and log in again, open the folder with "
                    + "'chmod +x', or set DOCKER_HOST to another socket."
            } ?? "Start docker or podman, or set DOCKER_HOST to its socket, e.g. unix:///var/run/docker.sock.")
    }

    /// Why a socket is not visible.
    static func absence(of path: String, _ code: Int32) -> String {
        switch code {
        case EACCES: "no permission to enter its folder"
        case ENOENT, ENOTDIR: "no such socket"
        default: String(cString: strerror(code))
        }
    }

    /// The first parent folder that this process is not allowed to enter; nil if there is none.
    static func closedFolder(above path: String) -> String? {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if access(folder, X_OK) != 0 { return errno == EACCES ? folder : nil }
        }
        return nil
    }

    private static func brief(_ message: String) -> String {
        message.hasSuffix(".") ? String(message.dropLast()) : message
    }
}

/// An engine that responded, and the origin of its address.
public struct LocatedEngine: Sendable {
    /// The client of the engine.
    public var client: EngineClient
    /// The origin of its address.
    public var source: EngineLocator.Source
}
