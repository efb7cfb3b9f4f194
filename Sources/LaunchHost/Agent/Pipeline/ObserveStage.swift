internal import FoundationEssentials
internal import LaunchConcurrency

/// The observer of one runner: observes all its live runs in one call, from the submit to the recorded end.
///
/// `WatchedRun` decides what happens to each run; the observer carries out its effects. An error of the backend is
/// logged and the call is repeated. An error never changes the state of a run.
actor ObserveStage {
    private let runner: any Runner
    private let pace: Pace
    private let store: Store
    private let finish: FinishStage
    private let retry: RetryStage
    private let clock: HostClock
    private let log: Logger
    private let suspects: AsyncSemaphore
    private let pulse = AsyncEvent()
    private let ended: @Sendable (RunRecord) -> Void
    private let lost: @Sendable (RunID) -> Void
    private let again: @Sendable (RunRecord) -> Void
    private var live: [RunID: WatchedRun] = [:]
    private var collections: [RunID: Task<Void, Never>] = [:]
    private var hasChanged = false

    /// Creates an observer of `runner`. It calls `ended` for every run whose end is recorded, `lost` for every run that
    /// has a new owner, and `again` for every run that needs another attempt. Suspects are finished one at a time, in
    /// the turn that `suspects` gives.
    init(
        _ runner: any Runner, _ capabilities: Capabilities, store: Store, limits: SizeLimits = .standard,
        clock: HostClock, log: Logger,
        suspects: AsyncSemaphore = AsyncSemaphore(permits: 1),
        ended: @escaping @Sendable (RunRecord) -> Void, lost: @escaping @Sendable (RunID) -> Void,
        again: @escaping @Sendable (RunRecord) -> Void
    ) {
        self.runner = runner
        pace = capabilities.pace
        self.store = store
        self.clock = clock
        self.log = log
        self.suspects = suspects
        self.ended = ended
        self.lost = lost
        self.again = again
        finish = FinishStage(store: store, runner: runner, capabilities: capabilities, log: log, limits: limits)
        retry = RetryStage(store: store, runner: runner, clock: clock, log: log)
    }

    /// Adds a run to observe. The run has a handle.
    func add(_ record: RunRecord) {
        guard let run = WatchedRun(record) else { return }
        live[record.id] = run
        pulse.signal()
    }

    /// Requests a stop. Idempotent; a repeated request has an effect only if its grace period is shorter. The stop is
    /// sent at once, even if an `observe` call is under way.
    func stop(_ id: RunID, grace: Duration?, requester: String? = nil) {
        take(.stopRequested(WatchedRun.Stop(grace: grace, requester: requester)), of: id)
    }

    /// Observes until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            if let changes = runner.changes() {
                let pulse = pulse
                group.addTask { for await _ in changes { pulse.signal() } }
            }
            await observeRepeatedly()
            group.cancelAll()
        }
    }

    private func observeRepeatedly() async {
        var wait = pace.shortest
        while !Task.isCancelled {
            guard !live.isEmpty else {
                await pulse.wait(upTo: nil, clock: clock)
                continue
            }
            for id in live.filter(\.value.mayBeStopped).keys { take(.due, of: id) }
            hasChanged = false
            await observe()
            // After a change, another one is likely soon. In the middle of a long run, changes are rare.
            if hasChanged { wait = pace.shortest }
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
        let next = live.values.filter { $0.phase == .live && !$0.isStopSent }.compactMap(\.deadline).min()
        guard let next else { return wait }
        return min(wait, max(.zero, Duration(saturatingSeconds: next.timeIntervalSince(clock.now()))))
    }

    /// Observes all live runs in one call.
    private func observe() async {
        let handles = live.values.filter { $0.phase == .live }.map(\.handle)
        guard !handles.isEmpty else { return }
        do throws(BackendError) {
            for observation in try await runner.observe(handles) {
                // A store that accepts no change accepts none of the other runs either.
                guard take(.observed(observation), of: observation.runID) else { return }
            }
        } catch {
            log.warning("the backend did not answer; its runs continue", ["error": error.description])
        }
    }

    // MARK: effects

    /// Passes an event to a run, and carries out its effects. Returns whether the store accepted its writes.
    @discardableResult
    private func take(_ event: WatchedRun.Event, of id: RunID) -> Bool {
        var isAccepted = true
        var events = [event][...]
        while let event = events.popFirst(), var run = live[id] {
            let effects = run.receive(event, at: clock.now())
            live[id] = run.phase == .over ? nil : run
            for effect in effects {
                do throws(StoreError) {
                    if let answer = try carryOut(effect, of: id, run) { events.append(answer) }
                } catch {
                    if error.code != .stale { isAccepted = false }
                    events = [.storeFailed(error)]
                    break
                }
            }
        }
        return isAccepted
    }

    private func carryOut(
        _ effect: WatchedRun.Effect, of id: RunID, _ run: WatchedRun
    ) throws(StoreError) -> WatchedRun.Event? {
        switch effect {
        case .write(let write): return .written(try carryOut(write, of: id, run.token))
        case .stop(let grace): send(grace, id, run.handle)
        case .restAfterStop(let rest): after(rest, .stopRested, of: id)
        case .collect(let observation): collect(observation, id, run)
        case .giveUp(let observation): giveUp(observation, id, run)
        case .cancelCollection: collections[id]?.cancel()
        case .endWork: try? store.endWork(on: id, token: run.token)
        case .restAfterCollection(let rest): after(rest, .collectionRested, of: id)
        case .changed: hasChanged = true
        case .wake: pulse.signal()
        case .log(.warning, let message, let error):
            log.warning(message, ["run": id.rawValue, "error": error])
        case .log(_, let message, let error): log.error(message, ["run": id.rawValue, "error": error])
        case .ended(let record): ended(record)
        case .again(let record): again(record)
        case .lost: lost(id)
        }
        return nil
    }

    private func carryOut(
        _ write: WatchedRun.Write, of id: RunID, _ token: Int64
    ) throws(StoreError) -> RunRecord? {
        switch write {
        case .move(let state, let cause, let message, let changes):
            return try store.transition(id, token: token, to: state, cause: cause, message: message, changes: changes)
        case .keep(let message, let changes):
            if let message { try store.note(id, token: token, message) }
            return try store.record(id, token: token, changes)
        case .note(let message):
            try store.note(id, token: token, message)
            return nil
        case .story(let story):
            try store.tell(story, of: id, token: token)
            return nil
        case .lose: return try finish.lose(try store.run(id, token: token))
        }
    }

    private func send(_ grace: Duration?, _ id: RunID, _ handle: RunHandle) {
        let runner = runner
        Task {
            do throws(BackendError) {
                try await runner.stop(handle, grace: grace)
                take(.stopAccepted, of: id)
            } catch {
                take(.stopRefused(error), of: id)
            }
        }
    }

    private func after(_ rest: Duration, _ event: WatchedRun.Event, of id: RunID) {
        let clock = clock
        Task {
            try? await clock.sleep(rest)
            take(event, of: id)
        }
    }

    // MARK: the end

    private func collect(_ observation: Observation, _ id: RunID, _ run: WatchedRun) {
        let (finish, retry) = (finish, retry)
        work(on: id, run) { record in
            // A stop came before the turn of this run.
            if Task.isCancelled { throw CancellationError() }
            if let next = try retry.next(of: record, after: observation) { return .retried(next) }
            return .collected(try await finish.finish(record, observation))
        }
    }

    private func giveUp(_ observation: Observation, _ id: RunID, _ run: WatchedRun) {
        let finish = finish
        work(on: id, run) { record in .collected(try await finish.giveUp(record, observation)) }
    }

    /// Executes the last stage of a run. Data of a run may crash the program that reads it. Suspects are finished one at
    /// a time, so that the next owner knows which run caused a crash.
    private func work(
        on id: RunID, _ run: WatchedRun, _ body: @escaping @Sendable (RunRecord) async throws -> WatchedRun.Event
    ) {
        let (store, suspects) = (store, suspects)
        collections[id] = Task {
            let hasTurn = run.isSuspect ? await suspects.acquire() : false
            let event: WatchedRun.Event
            do {
                try store.beginWork(on: id, token: run.token)
                event = try await body(try store.run(id, token: run.token))
            } catch let error as StoreError {
                event = .collectionFailed(.store(error))
            } catch {
                event = .collectionFailed(.backend("\(error)"))
            }
            if hasTurn { suspects.release() }
            collections[id] = nil
            take(event, of: id)
        }
    }
}
