/// What a container is made from: the part of the engine's create call that is used, typed.
public struct ContainerSpec: Sendable, Encodable {
    /// The image: `repo@sha256:…` or an ID.
    public var image: String
    /// Replaces the image's entry point.
    public var entryPoint: [String]?
    /// Replaces the image's arguments.
    public var command: [String]?
    /// `NAME=value` items.
    public var environment: [String]
    /// The working directory.
    public var workingDirectory: String?
    /// `user[:group]`
    public var user: String?
    /// The host name that it has for itself; nil is the beginning of its ID.
    public var hostName: String?
    /// The labels.
    public var labels: [String: String]
    /// The signal that the stop call sends first.
    public var stopSignal: String?
    /// Seconds between that signal and SIGKILL, where a stop call names none.
    public var stopTimeout: Int?
    /// The limits, mounts and network.
    public var host: HostConfig
    /// By which other names the container is found in networks.
    public var networking: NetworkingConfig?

    /// A container of that image.
    public init(image: String, host: HostConfig = HostConfig()) {
        self.image = image
        self.environment = []
        self.labels = [:]
        self.host = host
    }

    private enum CodingKeys: String, CodingKey {
        case image = "Image"
        case entryPoint = "Entrypoint"
        case command = "Cmd"
        case environment = "Env"
        case workingDirectory = "WorkingDir"
        case user = "User"
        case hostName = "Hostname"
        case networking = "NetworkingConfig"
        case labels = "Labels"
        case stopSignal = "StopSignal"
        case stopTimeout = "StopTimeout"
        case host = "HostConfig"
    }

    /// How a container is found in networks of one's own.
    public struct NetworkingConfig: Sendable, Encodable {
        private struct Endpoint: Sendable, Encodable {
            var aliases: [String]
            var management: Management?
            private enum CodingKeys: String, CodingKey {
                case aliases = "Aliases"
                case management = "IPAMConfig"
            }
        }
        private struct Management: Sendable, Encodable {
            var address: String
            private enum CodingKeys: String, CodingKey { case address = "IPv4Address" }
        }
        private var endpoints: [String: Endpoint]

        /// Found by these names in that network.
        /// - Parameter address: The IPv4 address there, only in a network whose addresses were asked for; nil lets the
        ///   engine choose at each start.
        public init(network: String, aliases: [String], address: String? = nil) {
            endpoints = [network: Endpoint(aliases: aliases, management: address.map(Management.init))]
        }

        private enum CodingKeys: String, CodingKey { case endpoints = "EndpointsConfig" }
    }

    /// The limits, mounts and network of a container.
    public struct HostConfig: Sendable, Encodable {
        /// `none`, `host`, a network's name; nil is the engine's default.
        public var network: String?
        /// Processors, times 10⁹.
        public var nanoCPUs: Int64?
        /// Memory in bytes.
        public var memory: Int64?
        /// Memory and swap together, in bytes.
        public var memorySwap: Int64?
        /// Size of `/dev/shm` in bytes.
        public var sharedMemory: Int64?
        /// Lines of `/etc/hosts`, `name:address`.
        public var extraHosts: [String]?
        /// The mounts.
        public var mounts: [Mount]?
        /// Mounts of paths of the machine as `source:target:options`: the form that labels for SELinux need.
        public var binds: [String]?
        /// The devices, e.g. GPUs.
        public var devices: [DeviceRequest]?
        /// Where the log goes.
        public var log: LogConfig?
        /// The most processes and threads.
        public var processes: Int64?
        /// Capabilities that are taken away.
        public var droppedCapabilities: [String]?
        /// Capabilities that are added.
        public var addedCapabilities: [String]?
        /// Such as `no-new-privileges`.
        public var securityOptions: [String]?
        /// Whether the root file system is read-only.
        public var isRootReadOnly: Bool?
        /// Folders in memory, with their mount options.
        public var memoryFolders: [String: String]?
        /// Limits of the kernel.
        public var limits: [Limit]?
        /// Options of the storage driver: `size`.
        public var storageOptions: [String: String]?

        /// No limits and no mounts.
        public init() {}

        private enum CodingKeys: String, CodingKey {
            case network = "NetworkMode"
            case nanoCPUs = "NanoCpus"
            case memory = "Memory"
            case memorySwap = "MemorySwap"
            case sharedMemory = "ShmSize"
            case extraHosts = "ExtraHosts"
            case mounts = "Mounts"
            case binds = "Binds"
            case devices = "DeviceRequests"
            case log = "LogConfig"
            case processes = "PidsLimit"
            case droppedCapabilities = "CapDrop"
            case addedCapabilities = "CapAdd"
            case securityOptions = "SecurityOpt"
            case isRootReadOnly = "ReadonlyRootfs"
            case memoryFolders = "Tmpfs"
            case limits = "Ulimits"
            case storageOptions = "StorageOpt"
        }
    }

    /// One limit of the kernel; -1 is none.
    public struct Limit: Sendable, Encodable {
        /// Its name: `nofile`.
        public var name: String
        /// What holds at first.
        public var soft: Int64
        /// How far a program may raise it.
        public var hard: Int64

        /// A limit of that name.
        public init(name: String, soft: Int64, hard: Int64) {
            self.name = name
            self.soft = soft
            self.hard = hard
        }

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case soft = "Soft"
            case hard = "Hard"
        }
    }

    /// One folder or volume in a container.
    public struct Mount: Sendable, Encodable {
        /// What is mounted.
        public enum Kind: String, Sendable, Encodable {
            /// A file or folder of the machine, which must exist.
            case bind
            /// A volume of the engine, made where there is none.
            case volume
        }

        /// What is mounted.
        public var kind: Kind
        /// A path of the machine, or a volume's name; empty is a new volume that is removed with the container.
        public var source: String
        /// A path in the container.
        public var target: String
        /// Whether the container may only read it.
        public var readOnly: Bool

        /// A mount from its parts.
        public init(_ kind: Kind, source: String, target: String, readOnly: Bool) {
            self.kind = kind
            self.source = source
            self.target = target
            self.readOnly = readOnly
        }

        private enum CodingKeys: String, CodingKey {
            case kind = "Type"
            case source = "Source"
            case target = "Target"
            case readOnly = "ReadOnly"
        }
    }

    /// A wish for devices.
    public struct DeviceRequest: Sendable, Encodable {
        /// How many; -1 is all.
        public var count: Int
        /// Alternatives of what they must be able to do.
        public var capabilities: [[String]]

        /// So many GPUs; -1 is all.
        public static func gpus(_ count: Int) -> DeviceRequest {
            DeviceRequest(count: count, capabilities: [["gpu"]])
        }

        private enum CodingKeys: String, CodingKey {
            case count = "Count"
            case capabilities = "Capabilities"
        }
    }

    /// Where a container's log goes.
    public struct LogConfig: Sendable, Encodable {
        /// The driver.
        public var type: String
        /// Its options.
        public var options: [String: String]

        /// A file that never loses a line, whatever the engine's defaults are. There is no word for "without limit" that
        /// overrides a default limit, so the limit is one that no disk reaches.
        public static let wholeFile = LogConfig(type: "json-file", options: ["max-size": "1000p"])

        private enum CodingKeys: String, CodingKey {
            case type = "Type"
            case options = "Config"
        }
    }
}
