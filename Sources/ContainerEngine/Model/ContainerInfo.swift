/// One container, as the inspect call shows it.
public struct ContainerInfo: Sendable, Decodable {
    /// The 64 hex digits.
    public var id: String
    /// The name without the slash before it.
    public var name: String
    /// When it was made.
    public var createdAt: EngineTime?
    /// What it does.
    public var state: State
    /// The labels.
    public var labels: [String: String]
    /// The environment, `NAME=value`.
    public var environment: [String]
    /// Whether it has a terminal, so that its log is without frames.
    public var hasTerminal: Bool
    /// The memory limit in bytes; nil is none.
    public var memoryLimit: Int64?
    /// The program that it runs.
    public var program: String
    /// The program's arguments.
    public var arguments: [String]
    /// The user and the group that it runs as.
    public var user: String
    /// Where it runs.
    public var workingDirectory: String

    /// What a container does.
    public struct State: Sendable, Hashable, Decodable {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        public var status: String
        /// The exit code; meaningless before the end.
        public var exitCode: Int
        /// Whether the kernel ended it for want of memory.
        public var outOfMemory: Bool
        /// Why it could not be started, in the engine's words; empty where it could.
        public var error: String
        /// When it began to run.
        public var startedAt: EngineTime?
        /// When it ended.
        public var finishedAt: EngineTime?

        /// Whether it has run and does so no more.
        public var hasEnded: Bool { status == "exited" || status == "dead" || status == "stopped" }

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case outOfMemory = "OOMKilled"
            case error = "Error"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
        }

        /// Reads the member `State`.
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

    /// Reads the answer of the inspect call.
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

/// One container, as the list call shows it.
public struct ContainerSummary: Sendable, Hashable, Decodable {
    /// The 64 hex digits.
    public var id: String
    /// The names without the slash before them.
    public var names: [String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public var state: String
    /// The state as a sentence: `Up 3 minutes`.
    public var status: String
    /// The labels.
    public var labels: [String: String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case state = "State"
        case status = "Status"
        case labels = "Labels"
    }

    /// Reads an item of the list call's answer.
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
