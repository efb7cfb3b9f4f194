internal import FoundationEssentials
internal import LaunchConcurrency

/// Decides how a claimed run gets to its backend: a pure reducer. `receive` takes an event and returns the effects that
/// follow; `RunDriver` carries them out.
///
/// The result of each stage is stored before the next stage begins, so that the next owner after a crash continues
/// after the last stored stage. A run that the backend may have ends only after it was looked up there.
struct RunDrive: Sendable {
    /// The record after the last write.
    private(set) var run: RunRecord
    var step = Step.beginning
    /// Whether the run may be requeued. False for a run without a queue that a user waits for.
    let mayRequeue: Bool
    /// Whether the run uses another runner than the other runs of its queue, because its submitter chose a rehearsal.
    private let isOtherRunner: Bool
    /// Whether this run failed for an error of the configuration, and another run of its queue did not.
    private let isContradicted: Bool
    /// Whether a submit without a definite refusal was sent, by this owner or an earlier one.
    private(set) var mayBeThere = false
    /// How often the backend did not say whether it has the run.
    private var unknown = 0
    private var hasNoted = false
    /// The error that holds the run's queue.
    private var heldFor: BackendError?

    /// - Parameters:
    ///   - isOtherRunner: whether the run uses another runner than the other runs of its queue.
    ///   - isContradicted: whether this run failed for an error of the configuration, and the backend accepted another
    ///     run of the queue afterwards. For such an error again, the run fails.
    init(_ run: RunRecord, mayRequeue: Bool, isOtherRunner: Bool = false, isContradicted: Bool = false) {
        self.run = run
        self.mayRequeue = mayRequeue
        self.isOtherRunner = isOtherRunner
        self.isContradicted = isContradicted
    }

    /// How the drive ended; nil while it is under way.
    var end: End? {
        if case .over(let end) = step { end } else { nil }
    }

    /// The first effects.
    mutating func begin() -> [Effect] {
        // The previous owner may have died during a submit.
        if case .submitting = run.stage { mayBeThere = true }
        let stage = run.stage
        if run.crashes >= Store.mostCrashes, stage != .ended { return setAside() }
        // A claim of an agent records the work at once. It was possible because no stop was requested.
        let hasBegun = run.state == .claimed && run.isWorkedOn && run.crashes == 0 && run.stopRequestedAt == nil
        switch stage {
        case .submitted: return finish(.submitted(run))
        case .ended, .queued: return finish(.over(run))
        case .unresolved where hasBegun, .resolved where hasBegun, .imaged where hasBegun, .rendered where hasBegun:
            return nextStage(isPermitted: false)
        case .unresolved, .resolved, .imaged, .rendered, .submitting, .damaged:
            step = .beginning
            return [.beginWork(isSuspect: run.crashes > 0)]
        }
    }

    /// The effects that follow an event. An event that does not fit the step has none and changes nothing.
    mutating func receive(_ event: Event, _ conditions: Conditions) -> [Effect] {
        switch (step, event) {
        case (.over, _): return []
        case (.givingUp, .storeFailed(let error)), (.endingAfterError, .storeFailed(let error)):
            return log(.error, "run dropped", ["error": error.description]) + finish(.dropped)
        case (_, .storeFailed(let error)): return storeFailed(error, conditions)

        case (.beginning, .begun(let present)):
            if case .damaged(let why, _) = run.stage { return find(.damage(why), conditions) }
            return goOn(present, conditions)
        case (.checkingRules, .permitted): return nextStage(isPermitted: true)

        case (.inStage, .resolved(let job, let demand)):
            return store(.admit(Self.state(of: job), RunChanges(resolved: job), demand, mayReturn: canWait))
        case (.inStage, .imaged(let image, let decision)):
            return store(.keep(RunChanges(image: image, imageDecision: decision)))
        case (.inStage, .rendered(let request)):
            // From here on the backend may hold something of this run: the intent is stored before the call.
            return store(.move(.submitting, nil, RunChanges(request: request)))
        case (.inStage, .submitted(let handle)): return store(.move(.starting, nil, RunChanges(handle: handle)))

        case (.inStage, .failed(let error, let mayBeThere)), (.checkingRules, .failed(let error, let mayBeThere)):
            return failed(error, mayBeThere: mayBeThere, conditions)
        case (.inStage, .refused(let cause)), (.checkingRules, .refused(let cause)):
            return mayBeThere ? find(.refusal(cause), conditions) : fail(cause)
        case (.lookingAfterCancel, .looked(let present)):
            return present.stopRequestedAt == nil ? release() : stop(present)

        case (.finding, .found(let handle?)):
            let changes = RunChanges(handle: handle)
            // A run that has progressed further has lost its handle by damage.
            return store(run.state.mayBecome(.starting) ? .move(.starting, nil, changes) : .keep(changes))
        case (.finding(let question), .found(nil)): return absent(question, conditions)
        case (.finding(let question), .unanswered(let reason)): return unanswered(question, reason, conditions)

        case (.storing, .stored(let record)):
            run = record
            switch record.stage {
            case .submitted: return finish(.submitted(record))
            case .ended, .queued: return finish(.over(record))
            default: return goOn(record, conditions)
            }
        case (.pausing, .stored):
            step = .resting
            unknown += 1
            return [.rest(Self.unknownRest.delay(after: unknown))]
        case (.resting, .reread(let record)):
            run = record
            return begin()
        case (.ending, .stored(let record)), (.endingAfterError, .stored(let record)):
            run = record
            if record.state == .queued, let heldFor { return finish(.held(record, heldFor)) }
            return finish(.over(record))
        case (.releasing, .stored): return finish(.released)
        case (.givingUp(let error), .reread(let present)):
            guard !present.state.isTerminal, present.state != .queued else { return finish(.dropped) }
            step = .endingAfterError
            let message = "The program cannot continue the run: \(error.description)"
            return [.write(.move(.failed, Cause(.internalFault, message), RunChanges()))]
        default: return []
        }
    }

    // MARK: stages

    /// Begins the next stage, unless a stop was requested or the program leaves.
    /// - Parameter present: the record as the last call of the store returned it.
    private mutating func goOn(_ present: RunRecord, _ conditions: Conditions) -> [Effect] {
        if present.stopRequestedAt != nil { return find(.stop(present), conditions) }
        if conditions.isLeaving { return release() }
        return nextStage(isPermitted: false)
    }

    /// The stage after the last stored one.
    private mutating func nextStage(isPermitted: Bool) -> [Effect] {
        let stage = run.stage
        // The queue's owner may have changed the policy since the run was resolved. The run has not begun, so the new
        // policy applies. The resolve stage applies it itself.
        if run.state == .claimed, stage != .unresolved, !isPermitted {
            step = .checkingRules
            return [.checkRules]
        }
        step = .inStage
        switch stage {
        case .unresolved: return [.resolve]
        // A requeued run was claimed again.
        case .resolved(let job) where run.state == .claimed: return store(.move(Self.state(of: job), nil, RunChanges()))
        case .resolved(let job): return [.makeImage(job)]
        case .imaged(let job, let image): return [.render(job, image)]
        // A requeued run is submitted again with its stored request.
        case .rendered: return store(.move(.submitting, nil, RunChanges()))
        case .submitting(let request): return [.submit(request)]
        case .damaged(let why, _): return fail(Self.unreadable(why))
        case .submitted: return finish(.submitted(run))
        case .queued, .ended: return finish(.over(run))
        }
    }

    /// The state of a run during the image stage: `building` only if its image is built from source.
    private static func state(of job: ResolvedJob) -> RunState { job.source.isImage ? .preparing : .building }

    private mutating func store(_ write: Write) -> [Effect] {
        step = .storing
        return [.write(write)]
    }

    // MARK: runs that the backend may have

    /// Looks the run up in its backend. Without a stored request, nothing was submitted.
    private mutating func find(_ question: Question, _ conditions: Conditions) -> [Effect] {
        guard let request = run.stage.openRequest else { return absent(question, conditions) }
        step = .finding(question)
        return [.find(request)]
    }

    private mutating func absent(_ question: Question, _ conditions: Conditions) -> [Effect] {
        switch question {
        case .stop(let present): return stop(present)
        case .failure(let error): return dispose(of: error, conditions)
        case .refusal(let cause): return fail(cause)
        case .damage(let why):
            let isLost = run.stage.openRequest == nil && !run.state.mayBecome(.building)
            return fail(Self.unreadable(why, isLost ? " \(Self.lookThere(run))" : ""))
        }
    }

    private mutating func unanswered(
        _ question: Question, _ reason: String, _ conditions: Conditions
    ) -> [Effect] {
        switch question {
        case .damage: return askAgain(reason, conditions)
        case .stop(let present): return mayBeThere ? askAgain(reason, conditions) : stop(present)
        case .failure(var error):
            // In its queue the run could be stopped or forgotten while it runs and costs money, so its state is kept.
            // The same holds for a cancelled call: the stop that cancelled it needs the answer.
            let isCancelled = error.category.disposition(in: phase) == .yield
            if mayBeThere, canWait || isCancelled { return askAgain("\(error.description) \(reason)", conditions) }
            if mayBeThere { error.message += Self.nevertheless }
            return dispose(of: error, conditions)
        case .refusal(var cause):
            if canWait { return askAgain("\(cause.message) \(reason)", conditions) }
            cause.message += Self.nevertheless
            return fail(cause)
        }
    }

    private var canWait: Bool { run.queue != nil && mayRequeue }

    private mutating func askAgain(_ reason: String, _ conditions: Conditions) -> [Effect] {
        if conditions.isLeaving { return release() }
        step = .pausing
        defer { hasNoted = true }
        let note = "The backend does not say whether it has the run, and is asked again. \(reason)"
        return [.write(.pause(note: hasNoted ? nil : note))]
    }

    private static let unknownRest = Backoff(first: .seconds(5), longest: .seconds(60))
    private static let requeueRest = Backoff(first: .seconds(5), longest: .seconds(300))
    /// The wait for the store.
    private static let storeRest = Duration.seconds(5)

    // MARK: errors

    private mutating func failed(
        _ error: BackendError, mayBeThere: Bool, _ conditions: Conditions
    ) -> [Effect] {
        self.mayBeThere = self.mayBeThere || mayBeThere
        // A submit without an answer may have succeeded; then the run has begun. A refused one has started nothing.
        guard self.mayBeThere || error.category.disposition(in: phase) != .fail else {
            return dispose(of: error, conditions)
        }
        return find(.failure(error), conditions)
    }

    private var phase: Disposition.Phase { run.state == .submitting ? .submit : .prepare }

    /// Carries out the host's decision about an error of a run that is not in its backend.
    private mutating func dispose(of error: BackendError, _ conditions: Conditions) -> [Effect] {
        heldFor = nil
        switch error.category.disposition(in: phase) {
        case .yield:
            step = .lookingAfterCancel
            return [.look]
        case .requeue, .callAgainThenRequeue, .callAgain, .goWithout:
            guard canWait else { return fail(failure(error)) }
            return requeue(error, conditions)
        case .requeueAndHold:
            guard canWait else { return fail(failure(error)) }
            if isOwn(error) { return fail(Cause(.invalidRequest, error.description)) }
            heldFor = concernsQueue(error) ? error : nil
            return requeue(error, conditions)
        case .fail: return fail(failure(error))
        }
    }

    /// Whether the run's own options are the cause of an error that never passes while the agent lives.
    private func isOwn(_ error: BackendError) -> Bool {
        error.category == .configuration && (isOtherRunner || isContradicted)
    }

    /// Whether the other runs of the queue may have the error, too.
    private func concernsQueue(_ error: BackendError) -> Bool {
        if isOtherRunner { return false }
        // The submitter chooses the image, so a refusal of its registry concerns this run only.
        if case .resolved = run.stage, error.category == .unauthenticated { return false }
        return true
    }

    /// Returns the run to its queue for a while, unless it has waited as long as its queue allows.
    private mutating func requeue(_ error: BackendError, _ conditions: Conditions) -> [Effect] {
        let code: Cause.Code =
            switch error.category {
            case .capacity: .capacity
            case .quota: .quota
            case .unavailable: .unavailable
            default: run.state == .submitting ? .submit : .image
            }
        if let limit = run.resolved?.retry?.waitSeconds, let since = run.waitingSince,
            conditions.now.timeIntervalSince(since.date) >= limit
        {
            let words = "It has waited since \(since), which is the limit of its queue's 'retry.wait'."
            return fail(Cause(code, "\(error.description) \(words)"))
        }
        // The queue is held, so the run is not. It is the first to continue when the cause has passed.
        let attempt = heldFor == nil ? run.attempts.saturatingAdding(1) : 1
        let wait = error.retryAfter ?? Self.requeueRest.delay(after: attempt)
        step = .ending
        let time = conditions.now.addingTimeInterval(wait / .seconds(1))
        return log(.warning, "run goes back to its queue", ["error": error.description])
            + [.write(.requeue(Cause(code, error.description), notBefore: time))]
    }

    /// The cause of the end of a run that failed for this error.
    private func failure(_ error: BackendError) -> Cause {
        let code: Cause.Code =
            switch run.stage {
            case _ where error.category == .unavailable: .unavailable
            case .unresolved: .invalidRequest
            case .resolved(let job): job.source.ofImage.isImage ? .image : .build
            case .imaged: error.category == .invalid ? .invalidRequest : .image
            default: .submit
            }
        return Cause(code, error.description)
    }

    private mutating func storeFailed(_ error: StoreError, _ conditions: Conditions) -> [Effect] {
        if error.isTemporary || error.code == .inputOutput, !conditions.isLeaving {
            // No other agent would adopt the run while this agent lives.
            step = .resting
            return log(error.isAway ? .debug : .error, "a run has to wait for the store", ["error": error.description])
                + [.rest(Self.storeRest)]
        }
        let notice = log(.error, "run given up", ["error": error.description])
        // A new owner continues the run. A program that is leaving lets the next owner try.
        if error.code == .stale || conditions.isLeaving { return notice + finish(.dropped) }
        step = .givingUp(error)
        return notice + [.reread]
    }

    // MARK: ends

    /// Ends a run that crashed every program that worked on it, so that other runs continue.
    private mutating func setAside() -> [Effect] {
        let place = run.stage.openRequest == nil ? "" : " \(Self.lookThere(run))"
        let message =
            "\(run.crashes) programs ended while they worked on this run (\(run.state.rawValue)), and so it is "
            + "set aside.\(place) 'launch events \(run.id)' has its history; please report it."
        return log(.error, "run set aside", ["crashes": "\(run.crashes)"]) + fail(Cause(.internalFault, message))
    }

    private static func unreadable(_ why: String, _ place: String = "") -> Cause {
        Cause(.internalFault, "The run's record in the database cannot be read. \(why)\(place)")
    }

    private static func lookThere(_ run: RunRecord) -> String { "The backend may have it: look there for \(run.id)." }

    private static let nevertheless = " The backend may nevertheless have the run; look there."

    private mutating func fail(_ cause: Cause) -> [Effect] { end(.failed, cause) }

    private mutating func stop(_ present: RunRecord) -> [Effect] {
        end(.stopped, Cause.stop("Stopped before it was submitted", of: present.stopRequestedBy))
    }

    private mutating func end(_ state: RunState, _ cause: Cause) -> [Effect] {
        step = .ending
        return [.write(.move(state, cause, RunChanges()))]
    }

    private mutating func release() -> [Effect] {
        step = .releasing
        return [.write(.release)]
    }

    private mutating func finish(_ end: End) -> [Effect] {
        step = .over(end)
        return []
    }

    private func log(_ level: Logger.Level, _ message: String, _ fields: [String: String]) -> [Effect] {
        [.log(level, message, fields)]
    }
}
