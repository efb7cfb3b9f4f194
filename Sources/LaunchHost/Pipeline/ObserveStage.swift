internal import FoundationEssentials

/// The observe stage of one runner: all its live runs in one call, from their submit to their recorded end.
///
/// An error of the backend is logged and the call repeated; it never changes a run's state.
actor ObserveStage {
    private struct Live {
        var record: RunRecord
        var deadline: Date?
        var deadlineGrace: Duration?
        var isMissing = false
        /// What the run's stop waits for: nil where nobody asked for one.
        var stopGrace: Duration?
        var hasStopOrder = false
        var isFinishing = false
    }

    private let runner: any Runner
    private let store: Store
    private let finish: FinishStage
    private let clock: HostClock
    private let log: Logger
    private let pulse = Pulse()
    private let ended: @Sendable (RunRecord) -> Void
    private let lost: @Sendable (RunID) -> Void
    private var live: [RunID: Live] = [:]

    /// A watch over `runner`. `ended` is told of every run whose end is recorded, `lost` of every run that has a new
    /// owner.
    init(
        _ runner: any Runner, store: Store, clock: HostClock, log: Logger,
        ended: @escaping @Sendable (RunRecord) -> Void, lost: @escaping @Sendable (RunID) -> Void
    ) {
        self.runner = runner
        self.store = store
        self.clock = clock
        self.log = log
        self.ended = ended
        self.lost = lost
        finish = FinishStage(store: store, runner: runner, log: log)
    }

    /// Watches one run more. It has a handle.
    func add(_ record: RunRecord) {
        live[record.id] = Live(record: record)
        pulse.signal()
    }

    /// Stops one of its runs, as somebody asked; more than once is once, unless there is less patience than before.
    func stop(_ id: RunID, grace: Duration) {
        guard let run = live[id], run.stopGrace.map({ grace < $0 }) ?? true else { return }
        live[id]?.stopGrace = grace
        live[id]?.hasStopOrder = false
        pulse.signal()
    }

    /// Watches until the task is cancelled.
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
            // Right after a change the next one is near; in the long middle of a run nothing happens.
            wait = changed ? pace.shortest : min(wait * 2, pace.longest)
            let begin = ContinuousClock.now
            await pulse.wait(upTo: nextLook(within: listening == nil ? wait : max(wait, pace.longest)), clock: clock)
            let rest = pace.shortest - (ContinuousClock.now - begin)
            if rest > .zero, !Task.isCancelled { try? await clock.sleep(min(rest, pace.shortest)) }
        }
    }

    private func nextLook(within wait: Duration) -> Duration {
        let next = live.values.filter { !$0.isFinishing && !$0.hasStopOrder }.compactMap(\.deadline).min()
        guard let next else { return wait }
        return min(wait, max(.zero, .seconds(next.timeIntervalSince(clock.now()))))
    }

    // MARK: observing

    /// One call for all live runs. Answers whether anything changed.
    private func observe() async -> Bool {
        let handles = live.values.filter { !$0.isFinishing }.compactMap(\.record.handle)
        guard !handles.isEmpty else { return false }
        do {
            var changed = false
            for observation in try await runner.observe(handles) where try take(observation) { changed = true }
            return changed
        } catch let error as BackendError {
            log.warning("the backend did not answer; its runs go on", ["error": error.description])
        } catch {
            log.error("the store did not take what was observed", ["error": "\(error)"])
        }
        return false
    }

    private func take(_ observation: Observation) throws(StoreError) -> Bool {
        guard var run = live[observation.runID], !run.isFinishing else { return false }
        run.deadline = observation.deadline
        run.deadlineGrace = observation.deadlineGrace
        switch observation.phase {
        case .succeeded, .failed, .stopped:
            run.isFinishing = true
            live[observation.runID] = run
            beginFinish(run.record, observation)
            return true
        case .missing:
            // Once may be the moment between a backend's two stores; twice is gone.
            guard run.isMissing else {
                run.isMissing = true
                live[observation.runID] = run
                return true
            }
            let record = run.record
            try keep(record.id) { () throws(StoreError) in try finish.lose(record) }
            return true
        case .starting, .running, .stopping:
            run.isMissing = false
            live[observation.runID] = run
            return try move(run.record, observation)
        }
    }

    private func move(_ record: RunRecord, _ observation: Observation) throws(StoreError) -> Bool {
        let state: RunState =
            switch observation.phase {
            case .running: .running
            case .stopping: .stopping
            default: .starting
            }
        guard state != record.state || observation.backendStatus != record.backendStatus else { return false }
        let changes = RunChanges(
            backendStatus: observation.backendStatus, startedAt: observation.startedAt.map { Timestamp($0) })
        try keep(record.id) { () throws(StoreError) in
            guard record.state.mayBecome(state), record.state != state else {
                return try store.record(record.id, token: record.claimToken, changes)
            }
            return try store.transition(
                record.id, token: record.claimToken, to: state, cause: observation.cause, changes: changes)
        }
        return state != record.state
    }

    /// Writes, and remembers what was written. A run that has a new owner is let go.
    private func keep(_ id: RunID, _ write: () throws(StoreError) -> RunRecord) throws(StoreError) {
        do {
            let record = try write()
            live[id]?.record = record
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

    private func beginFinish(_ record: RunRecord, _ observation: Observation) {
        let finish = finish
        Task {
            do {
                close(try await finish.finish(record, observation))
            } catch let error as StoreError where error.code == .stale {
                live[record.id] = nil
                lost(record.id)
            } catch {
                log.error(
                    "the end of a run could not be recorded yet", ["run": record.id.rawValue, "error": "\(error)"])
                try? await clock.sleep(.seconds(5))
                live[record.id]?.isFinishing = false
                pulse.signal()
            }
        }
    }

    // MARK: stopping

    /// Orders the end of every run that somebody has asked to stop, or whose time is up.
    private func carryOutStops() {
        for run in live.values where !run.isFinishing && !run.hasStopOrder {
            do {
                if let grace = run.stopGrace {
                    try orderStop(run.record, Cause(.userStop, "Stopped on request."), grace)
                } else if let deadline = run.deadline, deadline <= clock.now() {
                    try orderStop(
                        run.record, Cause(.timeLimit, "It ran longer than its time limit."),
                        run.deadlineGrace ?? Self.deadlineGrace)
                }
            } catch {
                log.error("a stop could not be ordered yet", ["run": run.record.id.rawValue, "error": "\(error)"])
            }
        }
    }

    private func orderStop(_ record: RunRecord, _ cause: Cause, _ grace: Duration) throws(StoreError) {
        live[record.id]?.hasStopOrder = true
        if record.state != .stopping {
            try keep(record.id) { () throws(StoreError) in
                try store.transition(record.id, token: record.claimToken, to: .stopping, cause: cause)
            }
        }
        guard let handle = live[record.id]?.record.handle else { return }
        let runner = runner
        Task {
            do throws(BackendError) {
                try await runner.stop(handle, grace: grace)
            } catch {
                log.warning(
                    "the backend did not take the stop yet", ["run": record.id.rawValue, "error": error.description])
                try? await clock.sleep(.seconds(1))
                live[record.id]?.hasStopOrder = false
            }
            pulse.signal()
        }
    }

    /// What a run gets between SIGTERM and SIGKILL when its time is up and the backend does not say: SageMaker's 120 s.
    private static let deadlineGrace = Duration.seconds(120)
}
