public import FoundationEssentials

/// The value by which a runner finds a submitted run again. The store keeps it across restarts.
///
/// The `version` lets a newer program read what an older one stored.
public struct RunHandle: Sendable, Hashable, Codable {
    /// The type of the runner that created the handle.
    public let runner: String
    /// The run that the handle belongs to.
    public let runID: RunID
    /// The version of `fields`, from 1.
    public let version: Int
    /// The runner's own values: a container ID, the name of a training job. Never a secret.
    public let fields: [String: String]

    public init(runner: String, runID: RunID, version: Int = 1, fields: [String: String] = [:]) {
        self.runner = runner
        self.runID = runID
        self.version = version
        self.fields = fields
    }
}

/// What a backend reports about one run at one moment. Errors are thrown; they are not observations.
public struct Observation: Sendable, Hashable, Codable {
    /// The state of a submitted run, as the backend reports it.
    public enum Phase: String, Sendable, Codable {
        /// Accepted; the container does not run yet.
        case starting
        /// The container runs.
        case running
        /// A stop is under way.
        case stopping
        /// Ended successfully.
        case succeeded
        /// Ended with a failure.
        case failed
        /// Ended because it was stopped.
        case stopped
        /// The backend does not know this handle.
        case missing
    }

    /// The run.
    public var runID: RunID
    /// The state that the backend reports.
    public var phase: Phase
    /// The cause; required for the end phases.
    public var cause: Cause?
    /// The status in the backend's own words.
    public var backendStatus: String
    /// Additional text of the backend, which the event of a change shows: "interrupted, restarting".
    public var message: String?
    /// The interruptions and restarts in the backend's history of the run, oldest first. Earlier observations may have
    /// missed them.
    public var story: [PastStep]?
    /// When the container started.
    public var startedAt: Date?
    /// When the run ended.
    public var endedAt: Date?
    /// When the host must stop the run because its time limit is over. Nil if the backend enforces the limit itself or
    /// there is none.
    public var deadline: Date?

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

/// One entry of the backend's own history of a run.
public struct PastStep: Sendable, Hashable, Codable {
    public var at: Date
    /// The state of the run from then on.
    public var phase: Observation.Phase
    /// A sentence about what happened.
    public var message: String

    public init(at: Date, phase: Observation.Phase, message: String) {
        self.at = at
        self.phase = phase
        self.message = message
    }
}
