public import FoundationEssentials

/// What a runner needs to find a submitted run again, as a value that the store keeps over restarts.
///
/// The `version` lets a newer program read what an older one stored.
public struct RunHandle: Sendable, Hashable, Codable {
    /// The type of the runner that made it.
    public let runner: String
    /// The run that it stands for.
    public let runID: RunID
    /// The version of `fields`, from 1.
    public let version: Int
    /// The runner's own facts: a container ID, a training job's name. Never a secret.
    public let fields: [String: String]

    /// A handle from its parts.
    public init(runner: String, runID: RunID, version: Int = 1, fields: [String: String] = [:]) {
        self.runner = runner
        self.runID = runID
        self.version = version
        self.fields = fields
    }
}

/// What a backend said of one run at one moment. Errors are thrown, never observed.
public struct Observation: Sendable, Hashable, Codable {
    /// What the backend may say of a run that it has taken.
    public enum Phase: String, Sendable, Codable {
        /// Accepted; the container does not run yet.
        case starting
        /// The container runs.
        case running
        /// On its way to a stop.
        case stopping
        /// Ended well.
        case succeeded
        /// Ended badly.
        case failed
        /// Ended because it was stopped.
        case stopped
        /// The backend does not know this handle any more.
        case missing
    }

    /// The run.
    public var runID: RunID
    /// What it does.
    public var phase: Phase
    /// Why; required of the end phases.
    public var cause: Cause?
    /// The backend's own words.
    public var backendStatus: String
    /// What the backend says besides, as the event of a change tells it: "interrupted, restarting".
    public var message: String?
    /// The interruptions and restarts in the backend's history of the run, oldest first. Observations may have missed them.
    public var story: [PastStep]?
    /// When the container began to run.
    public var startedAt: Date?
    /// When it ended.
    public var endedAt: Date?
    /// When the host must stop it because its time is up; nil where the backend does so itself or nothing limits it.
    public var deadline: Date?

    /// An observation from its parts.
    public init(
        runID: RunID, phase: Phase, cause: Cause? = nil, backendStatus: String, message: String? = nil,
        story: [PastStep]? = nil, startedAt: Date? = nil, endedAt: Date? = nil, deadline: Date? = nil
    ) {
        self.runID = runID
        self.phase = phase
        self.cause = cause
        self.backendStatus = backendStatus
        self.message = message
        self.story = story
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.deadline = deadline
    }
}

/// Something that happened to a run in its backend, as the backend's own history tells it.
public struct PastStep: Sendable, Hashable, Codable {
    /// When it happened.
    public var at: Date
    /// What the run did from then on.
    public var phase: Observation.Phase
    /// What happened, in words.
    public var message: String

    /// Creates a step.
    public init(at: Date, phase: Observation.Phase, message: String) {
        self.at = at
        self.phase = phase
        self.message = message
    }
}
