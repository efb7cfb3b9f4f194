/// What a request means as containers on one machine: the common language in which any remote runner can be
/// rehearsed by any local one.
public struct ContainerJob: Sendable, Hashable, Codable {
    /// The image, by digest.
    public var image: PinnedImage
    /// Replaces the image's entry point; nil keeps it.
    public var entryPoint: [String]?
    /// Arguments behind the entry point; nil keeps the image's own.
    public var arguments: [String]?
    /// Environment variables.
    public var environment: [String: String]
    /// The working directory; nil keeps the image's.
    public var workingDirectory: String?
    /// The user; nil keeps the image's.
    public var user: String?
    /// Limits; nil is no limit.
    public var resources: Resources
    /// Folders and volumes of the machine to mount.
    public var mounts: [Mount]
    /// The network to join: `none`, `host`, or a network's name; nil is the engine's default.
    public var network: String?
    /// How long it may run, in seconds; nil is no limit.
    public var timeLimitSeconds: Int?
    /// How long it has between SIGTERM and SIGKILL when it is stopped, in seconds.
    public var stopGraceSeconds: Int
    /// Files and folders in the container that are kept when it has ended.
    public var outputs: [String]
    /// The most bytes of one output; nil is as the runner has it.
    public var outputBytesLimit: Int64?
    /// Final metrics: the last match of the pattern's first group in the log, by metric name.
    public var metrics: [String: String]
    /// What the container may not do, or has less of; nil is the engine's defaults.
    public var hardening: Hardening?
    /// What stands around the containers where one plain container is not all; nil is one plain container, and then
    /// `network` and `outputs` count, which are not looked at otherwise.
    public var surroundings: Surroundings?

    /// CPU, memory and GPUs.
    public struct Resources: Sendable, Hashable, Codable {
        /// Processors, in whole and parts: 1.5.
        public var cpus: Double?
        /// Memory in bytes.
        public var memoryBytes: Int64?
        /// Size of `/dev/shm` in bytes.
        public var sharedMemoryBytes: Int64?
        /// GPUs: a count, or -1 for all.
        public var gpus: Int?

        /// Limits from their parts.
        public init(
            cpus: Double? = nil, memoryBytes: Int64? = nil, sharedMemoryBytes: Int64? = nil, gpus: Int? = nil
        ) {
            self.cpus = cpus
            self.memoryBytes = memoryBytes
            self.sharedMemoryBytes = sharedMemoryBytes
            self.gpus = gpus
        }
    }

    /// One folder or volume.
    public struct Mount: Sendable, Hashable, Codable {
        /// An absolute path of the machine, or a volume's name.
        public var source: String
        /// An absolute path in the container.
        public var target: String
        /// Whether the container may only read it.
        public var readOnly: Bool
        /// The label that the files get where SELinux is in use: `z` shared by containers, `Z` for this one alone.
        public var label: String?

        /// A mount of a source at a target.
        public init(source: String, target: String, readOnly: Bool = false, label: String? = nil) {
            self.source = source
            self.target = target
            self.readOnly = readOnly
            self.label = label
        }
    }

    /// A container job from its parts.
    public init(
        image: PinnedImage, entryPoint: [String]? = nil, arguments: [String]? = nil,
        environment: [String: String] = [:], workingDirectory: String? = nil, user: String? = nil,
        resources: Resources = Resources(), mounts: [Mount] = [], network: String? = nil,
        timeLimitSeconds: Int? = nil, stopGraceSeconds: Int = 30, outputs: [String] = [],
        metrics: [String: String] = [:], hardening: Hardening? = nil, surroundings: Surroundings? = nil
    ) {
        self.image = image
        self.entryPoint = entryPoint
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.user = user
        self.resources = resources
        self.mounts = mounts
        self.network = network
        self.timeLimitSeconds = timeLimitSeconds
        self.stopGraceSeconds = stopGraceSeconds
        self.outputs = outputs
        self.metrics = metrics
        self.hardening = hardening
        self.surroundings = surroundings
    }
}
