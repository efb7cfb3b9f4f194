public import LaunchPluginKit

/// What the kit needs to check a runner: how to make it, and jobs whose containers behave in given ways.
public struct RunnerFixture: Sendable {
    /// The behaviour of a container. Times are those of the backend's clock.
    public enum Behaviour: Sendable, Hashable {
        /// Ends at once with the exit code.
        case exit(Int)
        /// Prints `line 1` … `line N`, then ends with 0.
        case lines(Int)
        /// Prints nothing for 15 minutes. Ends on SIGTERM.
        case silent
        /// Prints nothing for 15 minutes. Ignores SIGTERM.
        case stubborn
        /// Prints without end, as fast as possible.
        case flood
        /// Prints one line of the given number of bytes without a break, then ends with 0.
        case longLine(Int)
        /// Prints bytes that are not UTF-8 between the lines `before` and `after`, then ends with 0.
        case invalidText
        /// Prints nothing, runs for the given number of seconds, then ends with 0.
        case runs(seconds: Int)
        /// Prints `line 1` … `line N`, one each second, then ends with 0.
        case slowLines(Int)
        /// Runs for a second, then prints `line 1` … `line N` and ends with 0 at the same instant.
        case lastWords(Int)
        /// Prints `line 1` and runs for 15 minutes. On SIGTERM it works on for the given number of seconds, prints
        /// `line 2`, and ends with the exit code 5.
        case orderly(seconds: Int)
        /// The backend itself starts it twice. The first attempt prints `line 1` … `line N` and ends by the fault of
        /// its machine. The second prints `line N+1` … `line 2N` and ends with 0.
        case retried(Int)
        /// Prints the lines `SigBlk: MASK` and `SigIgn: MASK`, as /proc/self/status of its own process has them, then ends
        /// with 0. Nil if a daemon starts the process, and not the plugin: the signals are then those of the daemon.
        case signals
    }

    /// The plugin.
    public var plugin: RunnerPlugin
    /// Makes a new runner, as a program does after a restart.
    public var makeRunner: @Sendable () async throws -> any Runner
    /// A job with the behaviour under the run ID. Nil if the backend cannot produce the behaviour.
    public var job: @Sendable (Behaviour, RunID) -> RunnableJob?
    /// Counts the objects of the run in the backend, live or ended, without using the runner.
    public var count: @Sendable (RunID) async throws -> Int
    /// A folder for outputs.
    public var folder: String

    /// How the kit runs the cases.
    public var settings: KitSettings
    /// The way to the backend, which can have faults. Nil: what the plugin makes of faults is not checked.
    public var wire: (any Wire)?
    /// How to make a runner in a second process. Nil: what a second process does is not checked.
    public var second: SecondProcess?
    /// The backend's clock.
    public var clock: BackendClock
    /// Whether the backend's template has a path, for a runner that declares no template. Nil: the paths of its
    /// declaration are not checked.
    public var hasPath: (@Sendable (FieldPath) -> Bool)?
    /// Lists what a run can leave outside this process, such as processes and mounts, without using the runner.
    public var leftovers: (@Sendable () async throws -> Set<String>)?

    /// The longest time of one case; a longer one counts as hung.
    public var limit: Duration {
        get { settings.limit }
        set { settings.limit = newValue }
    }

    public init(
        plugin: RunnerPlugin, folder: String, settings: KitSettings = KitSettings(process: .own),
        limit: Duration? = nil, wire: (any Wire)? = nil, second: SecondProcess? = nil, clock: BackendClock = .real,
        hasPath: (@Sendable (FieldPath) -> Bool)? = nil,
        leftovers: (@Sendable () async throws -> Set<String>)? = nil,
        makeRunner: @escaping @Sendable () async throws -> any Runner,
        job: @escaping @Sendable (Behaviour, RunID) -> RunnableJob?,
        count: @escaping @Sendable (RunID) async throws -> Int
    ) {
        self.plugin = plugin
        self.folder = folder
        self.settings = settings
        if let limit { self.settings.limit = limit }
        self.wire = wire
        self.second = second
        self.clock = clock
        self.hasPath = hasPath
        self.leftovers = leftovers
        self.makeRunner = makeRunner
        self.job = job
        self.count = count
    }
}
