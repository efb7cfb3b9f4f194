/// The options of a rehearsal that a submitter chooses, beside the rehearsed request. They are stored with the run, so
/// that an agent that adopts the run has them.
///
/// All paths are absolute, because the agent may have another working directory than the submitter.
public struct RehearsalOptions: Sendable, Hashable, Codable {
    /// Local files or folders that replace inputs, by the names of the inputs.
    public var channels: [String: String]
    /// A local folder that replaces the location of the checkpoints. It enables checkpoints if the request has none.
    public var checkpoints: String?
    /// A local folder for the results, instead of the destination in the request; nil keeps that destination. Each
    /// rehearsal gets its own folder in it, as each job does in the backend.
    public var output: String?
    /// Whether results and checkpoints stay on this machine if no folder is named for them.
    public var keepsLocal: Bool
    /// Seconds between SIGTERM and SIGKILL; nil means as in the backend.
    public var graceSeconds: Int?
    /// An interruption to simulate; nil means none.
    public var drill: RehearsalPlan.Drill?
    /// Whether the containers get short-lived credentials.
    public var wantsCredentials: Bool
    /// Whether the containers get at most the processors and memory of the backend's machine.
    public var isLikeInstance: Bool
    /// Size of `/dev/shm` in bytes; nil leaves the size to the runner.
    public var sharedMemoryBytes: Int64?
    /// Whether the containers may get the environment's own credentials, because the submitter executes the job without
    /// a queue. The resolve stage sets it and ignores the value in a spec; nil means no.
    public var usesOwnCredentials: Bool?

    /// Creates options; without arguments, everything is as in the request.
    public init(
        channels: [String: String] = [:], checkpoints: String? = nil, output: String? = nil, keepsLocal: Bool = false,
        graceSeconds: Int? = nil, drill: RehearsalPlan.Drill? = nil, wantsCredentials: Bool = false,
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
