/// The typed part of the engine's create call that this program uses.
public struct ContainerSpec: Sendable, Encodable {
    /// The image: `repo@sha256:…` or an ID.
    public var image: String
    /// Replaces the image's entry point.
    public var entryPoint: [String]?
    /// Replaces the image's arguments.
    public var command: [String]?
    /// The environment variables, as `NAME=value`.
    public var environment: [String]
    public var workingDirectory: String?
    /// `user[:group]`
    public var user: String?
    /// The container's own host name; nil means the beginning of its ID.
    public var hostName: String?
    public var labels: [String: String]
    /// The signal that the stop call sends first.
    public var stopSignal: String?
    /// Seconds between that signal and SIGKILL, if the stop call does not set them.
    public var stopTimeout: Int?
    /// Limits, mounts and network.
    public var host: HostConfig
    /// Additional names of the container in networks.
    public var networking: NetworkingConfig?

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

    /// The names of a container in user-defined networks.
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

        /// Gives the container these names in the network.
        /// - Parameter address: The IPv4 address, only in a network with explicit addresses; nil lets the engine choose
        /// at each start.
        public init(network: String, aliases: [String], address: String? = nil) {
            endpoints = [network: Endpoint(aliases: aliases, management: address.map(Management.init))]
        }

        private enum CodingKeys: String, CodingKey { case endpoints = "EndpointsConfig" }
    }

    /// Limits, mounts and network of a container.
    public struct HostConfig: Sendable, Encodable {
        /// `none`, `host` or a network's name; nil means the engine's default.
        public var network: String?
        /// The number of processors, times 10⁹.
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
        /// Bind mounts as `source:target:options`. SELinux labels need this form.
        public var binds: [String]?
        /// Devices, for example GPUs.
        public var devices: [DeviceRequest]?
        /// The log driver.
        public var log: LogConfig?
        /// The highest number of processes and threads.
        public var processes: Int64?
        /// Capabilities to remove.
        public var droppedCapabilities: [String]?
        /// Capabilities to add.
        public var addedCapabilities: [String]?
        /// Security options, such as `no-new-privileges`.
        public var securityOptions: [String]?
        /// Whether the root file system is read-only.
        public var isRootReadOnly: Bool?
        /// Folders in memory (tmpfs), with their mount options.
        public var memoryFolders: [String: String]?
        /// Kernel limits (ulimits).
        public var limits: [Limit]?
        /// Options of the storage driver, such as `size`.
        public var storageOptions: [String: String]?

        /// A configuration without limits and mounts.
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

    /// One kernel limit; -1 means unlimited.
    public struct Limit: Sendable, Encodable {
        /// The name, such as `nofile`.
        public var name: String
        /// The initial limit.
        public var soft: Int64
        /// The limit up to which a program may raise it.
        public var hard: Int64

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
        /// The kind of a mount.
        public enum Kind: String, Sendable, Encodable {
            /// An existing file or folder of the machine.
            case bind
            /// A volume of the engine. It is created if it does not exist.
            case volume
        }

        public var kind: Kind
        /// A path of the machine, or the name of a volume. Empty means a new volume that is removed with the container.
        public var source: String
        /// The path in the container.
        public var target: String
        /// Whether the container can only read it.
        public var readOnly: Bool

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

    /// A request for devices.
    public struct DeviceRequest: Sendable, Encodable {
        /// The number of devices; -1 means all.
        public var count: Int
        /// Alternative sets of required capabilities.
        public var capabilities: [[String]]

        /// The given number of GPUs; -1 means all.
        public static func gpus(_ count: Int) -> DeviceRequest {
            DeviceRequest(count: count, capabilities: [["gpu"]])
        }

        private enum CodingKeys: String, CodingKey {
            case count = "Count"
            case capabilities = "Capabilities"
        }
    }

    /// The log driver of a container.
    public struct LogConfig: Sendable, Encodable {
        /// The name of the driver.
        public var type: String
        /// Its options.
        public var options: [String: String]

        /// A file that keeps every line, independent of the defaults of the engine. The log API does not define a value that
        /// disables a default limit, so the limit is larger than any disk.
        public static let wholeFile = LogConfig(type: "json-file", options: ["max-size": "1000p"])

        private enum CodingKeys: String, CodingKey {
            case type = "Type"
            case options = "Config"
        }
    }
}
