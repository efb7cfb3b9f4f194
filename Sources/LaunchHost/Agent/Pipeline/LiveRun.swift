internal import FoundationEssentials

/// What the observer keeps in memory of a live run. It does not keep the whole record, because an agent may have ten
/// thousand runs.
struct LiveRun {
    var handle: RunHandle
    let token: Int64
    /// The number of owners that died while they worked on the run.
    var crashes = 0
    var state: RunState
    var backendStatus: String?
    var deadline: Date?
    /// The number of steps of the backend's history that are certainly in the event log.
    var toldSteps = 0
    var isMissing = false
    /// The requested stop.
    var stop: Stop?
    var hasStopOrder = false
    var refusedStop: RefusedStop?
    var isFinishing = false
    /// The task of the finish stage.
    var finishing: Task<Void, Never>?
    /// Whether this task waits for its next try. Then a stop has no copy to end, and must not lose the log.
    var isResting = false
    /// Whether a stop ended this task.
    var isGivenUp = false
    /// The wait before the next try to record the end. A full disk does not get space by retries.
    var rest = Duration.seconds(5)

    /// A stop that the backend rejected at the last try.
    struct RefusedStop {
        var category: BackendError.Category
        /// The wait before the next try.
        var rest: Duration
    }

    /// A requested stop.
    struct Stop {
        /// The time before the runner uses force; nil means the job's own grace period.
        var grace: Duration?
        /// The user who requested it, if known.
        var requester: String?

        func isMorePatient(than other: Duration?) -> Bool {
            guard let other else { return false }
            return grace.map { other < $0 } ?? true
        }
    }
}
