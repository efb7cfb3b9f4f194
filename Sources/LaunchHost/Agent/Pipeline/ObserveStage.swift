internal import FoundationEssentials

/// The observer of one runner: observes all its live runs in one call, from the submit to the recorded end.
///
/// An error of the backend is logged and the call is repeated. An error never changes the state of a run.
actor ObserveStage {
    private let runner: any Runner
    private let store: Store
    private let finish: FinishStage
    private let retry: RetryStage
    private let clock: HostClock
    private let log: Logger
    private let suspects: Turnstile
    private let pulse = Pulse()
    private let ended: @Sendable (RunRecord) -> Void
    private let lost: @Sendable (RunID) -> Void
    private let again: @Sendable (RunRecord) -> Void
    private var live: [RunID: LiveRun] = [:]

    /// Creates an observer of `runner`. It calls `ended` for every run whose end is recorded, `lost` for every run that
    /// has a new owner, and `again` for every run that needs another attempt. Suspects are finished one at a time, in
    /// the turn that `suspects` gives.
    init(
        _ runner: any Runner, store: Store, limits: SizeLimits = .standard, clock: HostClock, log: Logger,
        suspects: Turnstile = Turnstile(),
        ended: @escaping @Sendable (RunRecord) -> Void, lost: @escaping @Sendable (RunID) -> Void,
        again: @escaping @Sendable (RunRecord) -> Void
    ) {
        self.runner = runner
        self.store = store
        self.clock = clock
        self.log = log
        self.suspects = suspects
        self.ended = ended
        self.lost = lost
        self.again = again
        finish = FinishStage(store: store, runner: runner, log: log, limits: limits)
        retry = RetryStage(store: store, runner: runner, clock: clock, log: log)
    }

    /// Adds a run to observe. The run has a handle.
    func add(_ record: RunRecord) {
        guard case .submitted(let handle, _) = record.stage else { return }
        live[record.id] = LiveRun(
            handle: handle, token: record.claimToken, crashes: record.crashes, state: record.state,
            backendStatus: record.backendStatus)
        pulse.signal()
    }

    /// Requests a stop. Idempotent; a repeated request has an effect only if its grace period is shorter. The stop is
    /// sent at once, even if an `observe` call is under way.
    func stop(_ id: RunID, grace: Duration?, requester: String? = nil) {
        guard let run = live[id], run.stop?.isMorePatient(than: grace) ?? true else {
            return carryOutStop(of: id)
        }
        live[id]?.stop = LiveRun.Stop(grace: grace, requester: requester)
        live[id]?.hasStopOrder = false
        if run.isFinishing, !run.isResting {
            // The run has ended by itself or by an earlier stop. This stop ends the copying of its outputs.
            live[id]?.isGivenUp = true
            run.finishing?.cancel()
        }
        carryOutStop(of: id)
    }

    /// Observes until the task is cancelled.
    func run() async {
        let pulse = pulse
        let changes = runner.changes()
        let listening = changes.map { changes in
            Task { for await _ in changes { pulse.signal() } }
        }
        defer { listening?.cancel() }
        let pace = runner.pace
        var wait = pace.shortest
        while !Task.isCancelled {
            guard !live.isEmpty else {
                await pulse.wait(upTo: nil, clock: clock)
                continue
            }
            carryOutStops()
            let changed = await observe()
            // After a change, another one is likely soon. In the middle of a long run, changes are rare.
            if changed { wait = pace.shortest }
            let limit = nextLook(within: wait)
            let begin = clock.now()
            let wasWoken = await pulse.wait(upTo: limit, clock: clock)
            // A backend may signal an end before its list shows it, so the next observation follows soon as well.
            wait = wasWoken ? pace.shortest : min(wait * 2, pace.longest)
            let rest = pace.shortest - Duration(saturatingSeconds: max(0, clock.now().timeIntervalSince(begin)))
            if wasWoken, rest > .zero, !Task.isCancelled { try? await clock.sleep(rest) }
        }
    }

    private func nextLook(within wait: Duration) -> Duration {
        let next = live.values.filter { !$0.isFinishing && !$0.hasStopOrder }.compactMap(\.deadline).min()
        guard let next else { return wait }
        return min(wait, max(.zero, Duration(saturatingSeconds: next.timeIntervalSince(clock.now()))))
    }

    // MARK: observing

    /// Observes all live runs in one call. Returns whether a state changed.
    private func observe() async -> Bool {
        let handles = live.values.filter { !$0.isFinishing }.map(\.handle)
        guard !handles.isEmpty else { return false }
        do {
            var changed = false
            for observation in try await runner.observe(handles) where try take(observation) { changed = true }
            return changed
        } catch let error as BackendError {
            log.warning("the backend did not answer; its runs continue", ["error": error.description])
        } catch {
            log.error("the store did not accept an observation", ["error": "\(error)"])
        }
        return false
    }

    private func take(_ observation: Observation) throws(StoreError) -> Bool {
        guard var run = live[observation.runID], !run.isFinishing else { return false }
        run.deadline = observation.deadline
        try tellStory(of: observation, &run)
        switch observation.phase {
        case .succeeded, .failed, .stopped:
            run.isFinishing = true
            live[observation.runID] = run
            beginEnd(of: observation.runID, run.token, observation)
            return true
        case .missing:
            // One missing observation may fall between two writes of the backend. After two in a row the run is lost.
            guard run.isMissing else {
                run.isMissing = true
                live[observation.runID] = run
                return true
            }
            let id = observation.runID
            try keep(id) { () throws(StoreError) in try finish.lose(try store.run(id, token: run.token)) }
            return true
        case .starting, .running, .stopping:
            run.isMissing = false
            live[observation.runID] = run
            return try move(run, observation)
        }
    }

    /// Records what happened between two observations. It calls the store only if the history has new steps.
    private func tellStory(of observation: Observation, _ run: inout LiveRun) throws(StoreError) {
        guard let story = observation.story, story.count > run.toldSteps else { return }
        do {
            try store.tell(story, of: observation.runID, token: run.token)
            run.toldSteps = story.count
        } catch  where error.code == .stale {
            // The write that follows detects the new owner and drops the run.
        }
    }

    private func move(_ run: LiveRun, _ observation: Observation) throws(StoreError) -> Bool {
        let state: RunState =
            switch observation.phase {
            case .running: .running
            case .stopping: .stopping
            default: .starting
            }
        // A run that is interrupted or must stop may report an earlier phase for hours. This is not a change, and is
        // not written.
        let moves = state != run.state && run.state.mayBecome(state)
        guard moves || observation.backendStatus != run.backendStatus else { return false }
        let changes = RunChanges(
            backendStatus: observation.backendStatus, startedAt: observation.startedAt.map { Timestamp($0) })
        let id = observation.runID
        // A message that is in the history is already in the event log.
        let isTold = observation.story?.contains { $0.message == observation.message } ?? false
        let message = isTold ? nil : observation.message
        try keep(id) { () throws(StoreError) in
            guard moves else {
                if let message { try store.note(id, token: run.token, message) }
                return try store.record(id, token: run.token, changes)
            }
            return try store.transition(
                id, token: run.token, to: state, cause: observation.cause, message: message, changes: changes)
        }
        return true
    }

    /// Writes a change and updates the live run. A run that has a new owner is dropped.
    private func keep(_ id: RunID, _ write: () throws(StoreError) -> RunRecord) throws(StoreError) {
        do {
            let record = try write()
            live[id]?.state = record.state
            live[id]?.backendStatus = record.backendStatus
            if record.state.isTerminal { close(record) }
        } catch  where error.code == .stale {
            live[id] = nil
            lost(id)
        }
    }

    private func close(_ record: RunRecord) {
        live[record.id] = nil
        ended(record)
    }

    // MARK: finishing

    private func beginEnd(of id: RunID, _ token: Int64, _ observation: Observation) {
        let (finish, store, suspects) = (finish, store, suspects)
        let isSuspect = (live[id]?.crashes ?? 0) > 0
        live[id]?.finishing = Task {
            // Data of a run may crash the program that reads it. Suspects are finished one at a time, so that the next
            // owner knows which run caused a crash.
            var hasTurn = isSuspect ? await suspects.enter() : false
            defer { if hasTurn { suspects.leave() } }
            do {
                try store.beginWork(on: id, token: token)
                let record = try store.run(id, token: token)
                if live[id]?.isGivenUp == true {
                    close(try await finish.giveUp(record, observation))
                } else if let next = try retry.next(of: record, after: observation) {
                    live[id] = nil
                    again(next)
                } else {
                    close(try await finish.finish(record, observation))
                }
            } catch let error as StoreError where error.code == .stale {
                live[id] = nil
                lost(id)
            } catch {
                if live[id]?.isGivenUp == true, !(error is StoreError) {
                    // The user does not want the outputs any longer, so the error does not matter.
                    return beginEnd(of: id, token, observation)
                }
                log.error("the end of a run could not be recorded yet", ["run": id.rawValue, "error": "\(error)"])
                try? store.endWork(on: id, token: token)
                if hasTurn { suspects.leave() }
                hasTurn = false
                let rest = live[id]?.rest ?? .zero
                live[id]?.rest = min(rest * 2, .seconds(60))
                live[id]?.isResting = true
                try? await clock.sleep(rest)
                live[id]?.isResting = false
                live[id]?.isFinishing = false
                pulse.signal()
            }
        }
    }

    // MARK: stopping

    /// Sends a stop for every run with a requested stop or an exceeded time limit.
    private func carryOutStops() {
        for id in live.filter({ $1.stop != nil || $1.deadline != nil }).keys { carryOutStop(of: id) }
    }

    private func carryOutStop(of id: RunID) {
        guard let run = live[id], !run.isFinishing, !run.hasStopOrder else { return }
        do {
            if let stop = run.stop {
                try orderStop(id, run, Cause.stop("Stopped", of: stop.requester), stop.grace)
            } else if let deadline = run.deadline, deadline <= clock.now() {
                try orderStop(id, run, Cause(.timeLimit, "It ran longer than its time limit."), nil)
            }
        } catch {
            log.error("a stop could not be ordered yet", ["run": id.rawValue, "error": "\(error)"])
        }
    }

    private func orderStop(_ id: RunID, _ run: LiveRun, _ cause: Cause, _ grace: Duration?) throws(StoreError) {
        if run.state != .stopping {
            try keep(id) { () throws(StoreError) in
                try store.transition(id, token: run.token, to: .stopping, cause: cause)
            }
        }
        // Set only after the write: a stop that was not recorded must be sent again.
        live[id]?.hasStopOrder = true
        guard let handle = live[id]?.handle else { return }
        let runner = runner
        Task {
            do throws(BackendError) {
                try await runner.stop(handle, grace: grace)
            } catch {
                log.warning(
                    "the backend has not accepted the stop yet", ["run": id.rawValue, "error": error.description])
                let rest = noteRefusedStop(of: id, run.token, error)
                try? await clock.sleep(rest)
                live[id]?.hasStopOrder = false
            }
            pulse.signal()
        }
    }

    /// Records why the backend rejected the stop, once per error category. Returns the wait before the next try.
    private func noteRefusedStop(of id: RunID, _ token: Int64, _ error: BackendError) -> Duration {
        guard let run = live[id], !run.isFinishing else { return .zero }
        // The category is compared, not the message, which contains another request ID each time.
        let isNew = run.refusedStop?.category != error.category
        let rest = isNew ? .seconds(1) : min((run.refusedStop?.rest ?? .zero) * 2, .seconds(60))
        live[id]?.refusedStop = LiveRun.RefusedStop(category: error.category, rest: rest)
        if isNew {
            try? store.note(id, token: token, "The backend has not accepted the stop yet. \(error.description)")
        }
        return rest
    }
}
