internal import FoundationEssentials
internal import LaunchConcurrency

/// One live run of an observer, from the submit to the recorded end: a pure reducer. `receive` takes an event and
/// returns the effects that follow; `ObserveStage` carries them out.
///
/// It does not keep the whole record, because an agent may have ten thousand runs.
struct WatchedRun: Sendable {
    /// What the observer does with the run.
    enum Phase: Sendable, Hashable {
        /// Observes it.
        case live
        /// Collects what it left, after it ended as observed.
        case collecting(Observation)
        /// Waits for the next try to collect what it left.
        case resting
        /// The run has ended, needs another attempt, or has a new owner.
        case over
    }

    /// A write whose answer is expected. The observer carries it out at once.
    enum Pending: Sendable, Hashable {
        case story(Observation)
        case change
        case stop(grace: Duration?)
    }

    /// A requested stop.
    struct Stop: Sendable, Hashable {
        /// The time before the runner uses force; nil means the job's own grace period.
        var grace: Duration?
        /// The user who requested it, if known.
        var requester: String?

        func isMorePatient(than other: Duration?) -> Bool {
            guard let other else { return false }
            return grace.map { other < $0 } ?? true
        }
    }

    /// A stop that the backend rejected at the last try.
    struct RefusedStop: Sendable, Hashable {
        var category: BackendError.Category
        /// How often in a row the backend rejected it for this category.
        var count: Int
    }

    let handle: RunHandle
    let token: Int64
    /// Whether owners died while they worked on the run.
    let isSuspect: Bool
    private(set) var state: RunState
    private(set) var backendStatus: String?
    private(set) var deadline: Date?
    private(set) var phase = Phase.live
    private(set) var pending: Pending?
    private(set) var stop: Stop?
    /// Whether a stop was sent and not rejected.
    private(set) var isStopSent = false
    private var refusedStop: RefusedStop?
    /// The number of steps of the backend's history that are certainly in the event log.
    private var toldSteps = 0
    private var isMissing = false
    /// Whether a stop ended the collection of what the run left.
    private var isGivenUp = false
    /// How often the end could not be recorded. A full disk does not get space by retries.
    private var failedCollections = 0
    private static let collectionRest = Backoff(first: .seconds(5), longest: .seconds(60))
    private static let stopRest = Backoff(first: .seconds(1), longest: .seconds(60))

    /// Nil if the backend does not have the run.
    init?(_ record: RunRecord) {
        guard case .submitted(let handle, _) = record.stage else { return nil }
        self.handle = handle
        token = record.fencingToken
        isSuspect = record.crashes > 0
        state = record.state
        backendStatus = record.backendStatus
    }

    /// The effects that follow an event. An event that does not fit the phase has none.
    mutating func receive(_ event: Event, at now: Date) -> [Effect] {
        if phase == .over { return [] }
        switch event {
        case .stopRequested(let stop): return request(stop, now)
        case .due: return sendDueStop(now)
        case .observed(let observation):
            guard phase == .live, pending == nil else { return [] }
            return observe(observation)
        case .written(let record):
            guard let pending else { return [] }
            self.pending = nil
            return written(record, pending)
        case .storeFailed(let error):
            pending = nil
            if error.code == .stale { return over(.lost) }
            return [
                .log(error.isAway ? .debug : .error, "the store did not accept a change of a run", error.description)
            ]
        case .stopAccepted: return [.wake]
        case .stopRefused(let error): return refused(error)
        case .stopRested:
            isStopSent = false
            return [.wake]
        case .collected(let record): return isCollecting ? over(.ended(record)) : []
        case .retried(let record): return isCollecting ? over(.again(record)) : []
        case .collectionFailed(let failure): return collectionFailed(failure)
        case .collectionRested:
            guard phase == .resting else { return [] }
            phase = .live
            return [.wake]
        }
    }

    /// Whether a stop is due, or may become due.
    var mayBeStopped: Bool { stop != nil || deadline != nil }

    private var isCollecting: Bool {
        if case .collecting = phase { true } else { false }
    }

    private mutating func over(_ effect: Effect) -> [Effect] {
        phase = .over
        return [effect]
    }

    // MARK: observations

    private mutating func observe(_ observation: Observation) -> [Effect] {
        deadline = observation.deadline
        // Most observations have no new steps, and need no call of the store.
        guard let story = observation.story, story.count > toldSteps else { return take(observation) }
        pending = .story(observation)
        return [.write(.story(story))]
    }

    private mutating func take(_ observation: Observation) -> [Effect] {
        switch observation.phase {
        case .succeeded, .failed, .stopped:
            phase = .collecting(observation)
            return [.changed, isGivenUp ? .giveUp(observation) : .collect(observation)]
        case .missing:
            // One missing observation may fall between two writes of the backend. After two in a row the run is lost.
            defer { isMissing = true }
            return isMissing ? [.changed] + write(.lose) : [.changed]
        case .starting: return move(to: .starting, observation)
        case .running: return move(to: .running, observation)
        case .stopping: return move(to: .stopping, observation)
        }
    }

    private mutating func move(to next: RunState, _ observation: Observation) -> [Effect] {
        isMissing = false
        // A run that is interrupted or must stop may report an earlier phase for hours. This is not a change, and is
        // not written.
        let moves = next != state && state.mayBecome(next)
        guard moves || observation.backendStatus != backendStatus else { return [] }
        let changes = RunChanges(
            backendStatus: observation.backendStatus, startedAt: observation.startedAt.map { Timestamp($0) })
        // A message that is in the history is already in the event log.
        let isTold = observation.story?.contains { $0.message == observation.message } ?? false
        let message = isTold ? nil : observation.message
        return [.changed]
            + write(moves ? .move(next, observation.cause, message, changes) : .keep(message, changes))
    }

    private mutating func write(_ write: Write) -> [Effect] {
        pending = .change
        return [.write(write)]
    }

    private mutating func written(_ record: RunRecord?, _ pending: Pending) -> [Effect] {
        if let record {
            (state, backendStatus) = (record.state, record.backendStatus)
            if record.state.isTerminal { return over(.ended(record)) }
        }
        switch pending {
        case .change: return []
        case .stop(let grace): return send(grace)
        case .story(let observation):
            toldSteps = observation.story?.count ?? 0
            return take(observation)
        }
    }

    // MARK: stops

    private mutating func request(_ stop: Stop, _ now: Date) -> [Effect] {
        // A repeated request has an effect only if its grace period is shorter.
        guard self.stop?.isMorePatient(than: stop.grace) ?? true else { return sendDueStop(now) }
        self.stop = stop
        isStopSent = false
        // The run has ended by itself or by an earlier stop. This stop ends the copying of its outputs. During a wait
        // nothing is copied, and the stop must not lose the log.
        guard isCollecting else { return sendDueStop(now) }
        isGivenUp = true
        return [.cancelCollection]
    }

    /// Sends a stop if it was requested or the time limit is exceeded.
    private mutating func sendDueStop(_ now: Date) -> [Effect] {
        guard phase == .live, pending == nil, !isStopSent else { return [] }
        let cause: Cause
        if let stop {
            cause = Cause.stop("Stopped", of: stop.requester)
        } else if let deadline, deadline <= now {
            cause = Cause(.timeLimit, "It ran longer than its time limit.")
        } else {
            return []
        }
        guard state != .stopping else { return send(stop?.grace) }
        // A stop that was not recorded must be sent again, so it is sent after the write.
        pending = .stop(grace: stop?.grace)
        return [.write(.move(.stopping, cause, nil, RunChanges()))]
    }

    private mutating func send(_ grace: Duration?) -> [Effect] {
        isStopSent = true
        return [.stop(grace: grace)]
    }

    /// Records why the backend rejected the stop, once per error category.
    private mutating func refused(_ error: BackendError) -> [Effect] {
        let notice = Effect.log(.warning, "the backend has not accepted the stop yet", error.description)
        guard phase == .live else { return [notice, .restAfterStop(.zero)] }
        // The category is compared, not the message, which contains another request ID each time.
        let isNew = refusedStop?.category != error.category
        let count = isNew ? 1 : (refusedStop?.count ?? 0) + 1
        refusedStop = RefusedStop(category: error.category, count: count)
        let note = Effect.write(.note("The backend has not accepted the stop yet. \(error.description)"))
        // The note is last: a store that does not accept it must not keep the stop from being sent again.
        return [notice, .restAfterStop(Self.stopRest.delay(after: count))] + (isNew ? [note] : [])
    }

    // MARK: the end

    private mutating func collectionFailed(_ failure: CollectionFailure) -> [Effect] {
        guard case .collecting(let observation) = phase else { return [] }
        switch failure {
        case .store(let error) where error.code == .stale: return over(.lost)
        // The user does not want the outputs any longer, so the error does not matter.
        case .backend where isGivenUp: return [.giveUp(observation)]
        case .store, .backend: break
        }
        let level: Logger.Level = if case .store(let error) = failure, error.isAway { .debug } else { .error }
        phase = .resting
        failedCollections += 1
        return [
            .log(level, "the end of a run could not be recorded yet", failure.description), .endWork,
            .restAfterCollection(Self.collectionRest.delay(after: failedCollections)),
        ]
    }
}
