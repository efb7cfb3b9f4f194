internal import FoundationEssentials

/// What is kept in memory of a run while it is watched: not its record, of which there may be ten thousand.
struct LiveRun {
    var handle: RunHandle
    let token: Int64
    /// How many owners ended while they worked on the run.
    var crashes = 0
    var state: RunState
    var backendStatus: String?
    var deadline: Date?
    /// How many steps of the backend's history the event log has for certain.
    var toldSteps = 0
    var isMissing = false
    /// The stop that somebody asked for.
    var stop: Stop?
    var hasStopOrder = false
    var refusedStop: RefusedStop?
    var isFinishing = false
    /// The work that keeps its log and outputs.
    var finishing: Task<Void, Never>?
    /// Whether that work waits for its next try: then there is no copy to end, and a stop must not lose the log.
    var isResting = false
    /// Whether a stop has ended that work.
    var isGivenUp = false
    /// How long to wait before its end is recorded, where that did not work: a full disk is not emptied by asking.
    var rest = Duration.seconds(5)

    /// A stop that the backend did not take, the last time that it was tried.
    struct RefusedStop {
        var category: BackendError.Category
        /// How long to wait before the next try.
        var rest: Duration
    }

    /// The order to end it.
    struct Stop {
        /// How long it waits before it uses force; nil is the job's own.
        var grace: Duration?
        /// Who asked for it, where that is known.
        var requester: String?

        func isMorePatient(than other: Duration?) -> Bool {
            guard let other else { return false }
            return grace.map { other < $0 } ?? true
        }
    }
}
