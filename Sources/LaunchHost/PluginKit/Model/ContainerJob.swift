/// The containers on one machine that execute a request: the common format through which any local runner can rehearse
/// any remote runner's request.
public struct ContainerJob: Sendable, Hashable, Codable {
    /// The image, pinned by its digest.
    public var image: PinnedImage
    /// Replaces the entry point of the image; nil keeps it.
    public var entryPoint: [String]?
    /// The arguments of the entry point; nil keeps those of the image.
    public var arguments: [String]?
    /// Environment variables.
    public var environment: [String: String]
    /// The working directory; nil keeps that of the image.
    public var workingDirectory: String?
    /// The user; nil keeps that of the image.
    public var user: String?
    /// Limits of the container; a nil member means no limit.
    public var resources: Resources
    /// Folders and volumes of the machine to mount.
    public var mounts: [Mount]
    /// The network to join: `none`, `host`, or the name of a network; nil means the engine's default.
    public var network: String?
    /// The maximum run time in seconds; nil means no limit.
    public var timeLimitSeconds: Int?
    /// The time between SIGTERM and SIGKILL of a stop, in seconds.
    public var stopGraceSeconds: Int
    /// Files and folders in the container to keep after its end.
    public var outputs: [String]
    /// The maximum size of one output in bytes; nil means the runner's default.
    public var outputBytesLimit: Int64?
    /// Patterns of the final metrics, by name of the metric. The value is the last match of the pattern's first group
    /// in the log.
    public var metrics: [String: String]
    /// Restrictions of the container; nil means the engine's defaults.
    public var hardening: Hardening?
    /// The digest of the code that the runner copies to `CodeChannel.folder`; nil for a job without. Used only for a plain
    /// container.
    public var codeDigest: String?
    /// The rehearsal plan; nil means one plain container. `network` and `outputs` are used only for a plain container.
    public var rehearsalPlan: RehearsalPlan?

    /// The names of the stored members. An old name stays, so that stored requests can be read.
    private enum CodingKeys: String, CodingKey {
        case image, entryPoint, arguments, environment, workingDirectory, user, resources, mounts, network
        case timeLimitSeconds, stopGraceSeconds, outputs, outputBytesLimit, metrics, hardening
        case codeDigest
        case rehearsalPlan = "surroundings"
    }

    /// CPU, memory and GPUs.
    public struct Resources: Sendable, Hashable, Codable {
        /// Number of processors; fractions are possible: 1.5.
        public var cpus: Double?
        /// Memory in bytes.
        public var memoryBytes: Int64?
        /// Size of `/dev/shm` in bytes.
        public var sharedMemoryBytes: Int64?
        /// Number of GPUs, or -1 for all.
        public var gpus: Int?

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
        /// An absolute path of the machine, or the name of a volume.
        public var source: String
        /// An absolute path in the container.
        public var target: String
        /// Whether the container may only read it.
        public var readOnly: Bool
        /// The SELinux label of the files, where SELinux is enabled: `z` for files that containers share, `Z` for this
        /// container only.
        public var label: String?

        /// Mounts a source at a target.
        public init(source: String, target: String, readOnly: Bool = false, label: String? = nil) {
            self.source = source
            self.target = target
            self.readOnly = readOnly
            self.label = label
        }
    }

    public init(
        image: PinnedImage, entryPoint: [String]? = nil, arguments: [String]? = nil,
        environment: [String: String] = [:], workingDirectory: String? = nil, user: String? = nil,
        resources: Resources = Resources(), mounts: [Mount] = [], network: String? = nil,
        timeLimitSeconds: Int? = nil, stopGraceSeconds: Int = 30, outputs: [String] = [],
        metrics: [String: String] = [:], hardening: Hardening? = nil, rehearsalPlan: RehearsalPlan? = nil
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
        self.rehearsalPlan = rehearsalPlan
    }
}
