/// One container, from the inspect call.
public struct ContainerInfo: Sendable, Decodable {
    /// The ID: 64 hexadecimal digits.
    public var id: String
    /// The name without the leading slash.
    public var name: String
    /// The time of its creation.
    public var createdAt: EngineTime?
    /// Its state.
    public var state: State
    public var labels: [String: String]
    /// The environment variables, as `NAME=value`.
    public var environment: [String]
    /// Whether it has a terminal. Its log then has no frames.
    public var hasTerminal: Bool
    /// The memory limit in bytes; nil means no limit.
    public var memoryLimit: Int64?
    /// The program of the container.
    public var program: String
    /// The program's arguments.
    public var arguments: [String]
    /// The user and the group of the program.
    public var user: String
    public var workingDirectory: String

    /// The state of a container.
    public struct State: Sendable, Hashable, Decodable {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        public var status: String
        /// The exit code; undefined before the end.
        public var exitCode: Int
        /// Whether the kernel killed it because of its memory limit.
        public var outOfMemory: Bool
        /// Why it could not be started, as the engine reports it; otherwise empty.
        public var error: String
        /// When it started.
        public var startedAt: EngineTime?
        /// When it ended.
        public var finishedAt: EngineTime?

        /// Whether it ran and has ended.
        public var hasEnded: Bool { status == "exited" || status == "dead" || status == "stopped" }

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case outOfMemory = "OOMKilled"
            case error = "Error"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
        }

        /// Decodes the member `State`.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            status = try container.decode(String.self, forKey: .status)
            exitCode = try container.decodeIfPresent(Int.self, forKey: .exitCode) ?? 0
            outOfMemory = try container.decodeIfPresent(Bool.self, forKey: .outOfMemory) ?? false
            error = try container.decodeIfPresent(String.self, forKey: .error) ?? ""
            startedAt = EngineTime(try container.decodeIfPresent(String.self, forKey: .startedAt) ?? "")
            finishedAt = EngineTime(try container.decodeIfPresent(String.self, forKey: .finishedAt) ?? "")
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case createdAt = "Created"
        case state = "State"
        case program = "Path"
        case arguments = "Args"
        case config = "Config"
        case host = "HostConfig"
    }

    private struct Config: Decodable {
        var labels: [String: String]?
        var environment: [String]?
        var terminal: Bool?
        var user: String?
        var workingDirectory: String?

        private enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case environment = "Env"
            case terminal = "Tty"
            case user = "User"
            case workingDirectory = "WorkingDir"
        }
    }

    private struct Host: Decodable {
        var memory: Int64?
        private enum CodingKeys: String, CodingKey { case memory = "Memory" }
    }

    /// Decodes the response of the inspect call.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        let name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        createdAt = EngineTime(try container.decodeIfPresent(String.self, forKey: .createdAt) ?? "")
        state = try container.decode(State.self, forKey: .state)
        let config = try container.decodeIfPresent(Config.self, forKey: .config)
        labels = config?.labels ?? [:]
        environment = config?.environment ?? []
        hasTerminal = config?.terminal ?? false
        program = try container.decodeIfPresent(String.self, forKey: .program) ?? ""
        arguments = try container.decodeIfPresent([String].self, forKey: .arguments) ?? []
        user = config?.user ?? ""
        workingDirectory = config?.workingDirectory ?? ""
        let memory = try container.decodeIfPresent(Host.self, forKey: .host)?.memory ?? 0
        memoryLimit = memory > 0 ? memory : nil
    }
}

/// One container, from the list call.
public struct ContainerSummary: Sendable, Hashable, Decodable {
    /// The ID: 64 hexadecimal digits.
    public var id: String
    /// The names without the leading slash.
    public var names: [String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public var state: String
    /// The state for people: `Up 3 minutes`.
    public var status: String
    public var labels: [String: String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case state = "State"
        case status = "Status"
        case labels = "Labels"
    }

    /// Decodes an item of the list call's response.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        names = (try container.decodeIfPresent([String].self, forKey: .names) ?? [])
            .map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        state = try container.decodeIfPresent(String.self, forKey: .state) ?? ""
        status = try container.decodeIfPresent(String.self, forKey: .status) ?? ""
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    }
}
