public import LaunchHost

/// What the kit needs to know of a runner to examine it: how to make it, and how to make a container behave.
public struct RunnerFixture: Sendable {
    /// What a container is asked to do, so that a case can look at how the runner takes it.
    public enum Behaviour: Sendable, Hashable {
        /// End at once with that exit code.
        case exit(Int)
        /// Print `line 1` … `line N`, then end with 0.
        case lines(Int)
        /// Print nothing for a quarter of an hour; end on SIGTERM.
        case silent
        /// Print nothing for a quarter of an hour and ignore SIGTERM.
        case stubborn
        /// Print without end, as fast as possible.
        case flood
        /// Print one line of that many bytes without a break, then end with 0.
        case longLine(Int)
        /// Print bytes that are not UTF-8 between two good lines `before` and `after`, then end with 0.
        case invalidText
    }

    /// The plugin.
    public var plugin: RunnerPlugin
    /// Makes the runner anew, as a program would after a restart.
    public var makeRunner: @Sendable () async throws -> any Runner
    /// A job that behaves like that, under that run ID; nil where the backend cannot be made to.
    public var job: @Sendable (Behaviour, RunID) -> RunnableJob?
    /// How many live or dead things of that run the backend holds, as an outsider counts them.
    public var count: @Sendable (RunID) async throws -> Int
    /// A folder for outputs.
    public var folder: String
    /// How long any one case may take before it counts as hung.
    public var limit: Duration

    /// A fixture from its parts.
    public init(
        plugin: RunnerPlugin, folder: String, limit: Duration = .seconds(600),
        makeRunner: @escaping @Sendable () async throws -> any Runner,
        job: @escaping @Sendable (Behaviour, RunID) -> RunnableJob?,
        count: @escaping @Sendable (RunID) async throws -> Int
    ) {
        self.plugin = plugin
        self.folder = folder
        self.limit = limit
        self.makeRunner = makeRunner
        self.job = job
        self.count = count
    }
}
