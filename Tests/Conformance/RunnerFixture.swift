public import LaunchPluginKit

/// What the kit needs to check a runner: how to make it, and jobs whose containers behave in given ways.
public struct RunnerFixture: Sendable {
    /// The behaviour of a container.
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
    /// The longest time of one case; a longer one counts as hung.
    public var limit: Duration

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
