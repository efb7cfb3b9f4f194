/// What a submitter asks of a rehearsal, apart from the request that is rehearsed. It is kept with the run, so that an
/// agent that takes the run over knows it.
///
/// All paths are absolute: whoever runs it may stand elsewhere than whoever asked.
public struct RehearsalOptions: Sendable, Hashable, Codable {
    /// Local files or folders that take the place of inputs, by the inputs' names.
    public var channels: [String: String]
    /// A local folder that takes the place of the checkpoints' own, and turns them on where the request has none.
    public var checkpoints: String?
    /// A local folder for the results, instead of where the request wants them; nil sends them there. Each rehearsal has
    /// a folder of its own in it, as each job has at the backend.
    public var output: String?
    /// Whether results and checkpoints stay on this machine where no folder is named for them.
    public var keepsLocal: Bool
    /// Seconds between SIGTERM and SIGKILL; nil is as the backend has it.
    public var graceSeconds: Int?
    /// An interruption to rehearse; nil for none.
    public var drill: ContainerJob.Surroundings.Drill?
    /// Whether the containers get short-lived credentials.
    public var wantsCredentials: Bool
    /// Whether the containers get no more processors and memory than the backend's machine has.
    public var isLikeInstance: Bool
    /// Size of `/dev/shm` in bytes; nil is by the rules of whoever rehearses.
    public var sharedMemoryBytes: Int64?
    /// Whether the containers may get the environment's own credentials, because the submitter runs the job for himself,
    /// without a queue. The resolve stage decides it, whatever a spec says; nil is no.
    public var usesOwnCredentials: Bool?

    /// Options from their parts; without any, all is as the request says.
    public init(
        channels: [String: String] = [:], checkpoints: String? = nil, output: String? = nil, keepsLocal: Bool = false,
        graceSeconds: Int? = nil, drill: ContainerJob.Surroundings.Drill? = nil, wantsCredentials: Bool = false,
        isLikeInstance: Bool = false, sharedMemoryBytes: Int64? = nil,
        usesOwnCredentials: Bool? = nil
    ) {
        self.channels = channels
        self.checkpoints = checkpoints
        self.output = output
        self.keepsLocal = keepsLocal
        self.graceSeconds = graceSeconds
        self.drill = drill
        self.wantsCredentials = wantsCredentials
        self.isLikeInstance = isLikeInstance
        self.sharedMemoryBytes = sharedMemoryBytes
        self.usesOwnCredentials = usesOwnCredentials
    }
}
