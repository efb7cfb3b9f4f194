internal import FoundationEssentials
internal import LaunchConcurrency

/// The observer of one runner: observes all its live runs in one call, from the submit to the recorded end.
///
/// `WatchedRun` decides what happens to each run; the observer carries out its effects. An error of the backend is
/// logged and the call is repeated. An error never changes the state of a run.
///
/// Every task that it starts is a child of `run`, which ends them all.
actor ObserveStage {
    /// What an observer reports about a run, which it then no longer has.
    enum Report: Sendable {
        /// The end of the run is recorded.
        case ended(RunRecord)
        /// The run has a new owner.
        case lost(RunID)
        /// The run needs another attempt.
        case again(RunRecord)
    }

    private enum Request: Sendable {
        case add(RunRecord)
        case stop(RunID, WatchedRun.Stop)
    }

    private let runner: any Runner
    private let pace: Capabilities.Pace
    private let store: Store
    private let finish: FinishStage
    private let retry: RetryStage
    private let relay: LogRelay?
    private let clock: HostClock
    private let log: Logger
    private let suspects: AsyncSemaphore
    private let vitals: AgentVitals
    private let metrics: AgentMetrics
    /// The name of the backend for `vitals`.
    private let name: String
    private let pulse = AsyncEvent()
    private let report: @Sendable (Report) -> Void
    /// Requests in the order in which they were made.
    private let (requests, request) = AsyncStream.makeStream(of: Request.self)
    /// Tasks to start as children of `run`.
    private let (tasks, task) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
    private var live: [RunID: WatchedRun] = [:]
    /// The runs whose last stage is under way, each with an event that cancels it.
    private var collections: [RunID: AsyncEvent] = [:]
    private var hasChanged = false

    /// Creates an observer of `runner`. Suspects are finished one at a time, in the turn that `suspects` gives.
    init(
        _ runner: any Runner, _ capabilities: Capabilities, store: Store, limits: SizeLimits = .standard,
        clock: HostClock, log: Logger,
        suspects: AsyncSemaphore = AsyncSemaphore(permits: 1), vitals: AgentVitals,
        metrics: AgentMetrics = AgentMetrics(), name: String,
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.runner = runner
        pace = capabilities.pace
        self.store = store
        self.clock = clock
        self.log = log
        self.suspects = suspects
        self.vitals = vitals
        self.metrics = metrics
        self.name = name
        self.report = report
        relay = LogRelay(runner, capabilities, store: store, clock: clock, log: log)
        finish = FinishStage(
            store: store, runner: runner, capabilities: capabilities, log: log, limits: limits, relay: relay,
            metrics: metrics)
        retry = RetryStage(store: store, runner: runner, clock: clock, log: log)
    }

    /// Adds a run to observe. The run has a handle.
    nonisolated func add(_ record: RunRecord) { request.yield(.add(record)) }

    /// Requests a stop. Idempotent; a repeated request has an effect only if its grace period is shorter. The stop is
    /// sent at once, even if an `observe` call is under way.
    nonisolated func stop(_ id: RunID, grace: Duration?, requester: String? = nil) {
        request.yield(.stop(id, WatchedRun.Stop(grace: grace, requester: requester)))
    }

    /// Observes until the task is cancelled. Then it cancels the calls to the backend that are under way, and returns
    /// when they have ended. It runs once.
    func run() async {
        await withDiscardingTaskGroup { group in
            if let changes = runner.changes() {
                let pulse = pulse
                group.addTask { for await _ in changes { pulse.signal() } }
            }
            group.addTask { await self.takeRequests() }
            group.addTask { await self.observeRepeatedly() }
            // Ends with the cancellation of this task.
            for await task in tasks { group.addTask(operation: task) }
            group.cancelAll()
        }
    }

    private func takeRequests() async {
        for await request in requests {
            switch request {
            case .add(let record):
                guard let run = WatchedRun(record) else { continue }
                live[record.id] = run
                if let relay { start(for: record.id) { await relay.follow(record) } }
                pulse.signal()
            case .stop(let id, let stop): await take(.stopRequested(stop), of: id)
            }
        }
    }

    private func observeRepeatedly() async {
        var wait = pace.shortest
        while !Task.isCancelled {
            guard !live.isEmpty else {
                // A backend that is not asked owes nothing.
                vitals.answered(name)
                await pulse.wait(upTo: nil, clock: clock)
                continue
            }
            for id in live.filter(\.value.mayBeStopped).keys { await take(.due, of: id) }
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
        vitals.asked(name)
        let began = clock.elapsed()
        do throws(BackendError) {
            let observations = try await runner.observe(handles)
            vitals.answered(name)
            metrics.observed(name, in: clock.elapsed() - began, nil)
            for observation in observations {
                // A store that accepts no change accepts none of the other runs either.
                guard await take(.observed(observation), of: observation.runID) else { return }
            }
        } catch {
            // The call was cancelled with the observer.
            if Task.isCancelled { return }
            if error.isAnswer { vitals.answered(name) }
            metrics.observed(name, in: clock.elapsed() - began, error)
            log.warning("the backend did not answer; its runs continue", ["error": error.description])
        }
    }

    // MARK: effects

    /// Passes an event to a run, and carries out its effects. Returns whether the store accepted its writes.
    @discardableResult
    private func take(_ event: WatchedRun.Event, of id: RunID) async -> Bool {
        var isAccepted = true
        var events = [event][...]
        while let event = events.popFirst(), var run = live[id] {
            let effects = run.receive(event, at: clock.now())
            live[id] = run.phase == .over ? nil : run
            for effect in effects {
                do throws(StoreError) {
                    if let answer = try await carryOut(effect, of: id, run) { events.append(answer) }
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
    ) async throws(StoreError) -> WatchedRun.Event? {
        switch effect {
        case .write(let write): return await .written(try carryOut(write, of: id, run.token))
        case .stop(let grace): send(grace, id, run.handle)
        case .restAfterStop(let rest): after(rest, .stopRested, of: id)
        case .collect(let observation): collect(observation, id, run)
        case .giveUp(let observation): giveUp(observation, id, run)
        case .cancelCollection: collections[id]?.signal()
        case .endWork: try? await store.endWork(on: id, token: run.token)
        case .restAfterCollection(let rest): after(rest, .collectionRested, of: id)
        case .changed: hasChanged = true
        case .wake: pulse.signal()
        case .log(.warning, let message, let error):
            log.warning(message, ["run": id.rawValue, "error": error])
        case .log(_, let message, let error): log.error(message, ["run": id.rawValue, "error": error])
        case .ended(let record): report(.ended(record))
        case .again(let record): report(.again(record))
        case .lost: report(.lost(id))
        }
        return nil
    }

    private func carryOut(
        _ write: WatchedRun.Write, of id: RunID, _ token: Int64
    ) async throws(StoreError) -> RunRecord? {
        switch write {
        case .move(let state, let cause, let message, let changes):
            return try await store.transition(
                id, token: token, to: state, cause: cause, message: message, changes: changes)
        case .keep(let message, let changes):
            if let message { try await store.note(id, token: token, message) }
            return try await store.record(id, token: token, changes)
        case .note(let message):
            try await store.note(id, token: token, message)
            return nil
        case .story(let story):
            try await store.recordHistory(story, of: id, token: token)
            return nil
        case .lose: return try await finish.lose(try await store.run(id, token: token))
        }
    }

    /// Starts a task for a run, whose ID is in all its log records.
    private func start(for id: RunID, _ work: @escaping @Sendable () async -> Void) {
        task.yield { await Logger.$run.withValue(id.rawValue) { await work() } }
    }

    private func send(_ grace: Duration?, _ id: RunID, _ handle: RunHandle) {
        let runner = runner
        start(for: id) {
            do throws(BackendError) {
                try await runner.stop(handle, grace: grace)
                await self.take(.stopAccepted, of: id)
            } catch {
                // The call was cancelled with the observer. The request stays in the store, for the next owner.
                if Task.isCancelled { return }
                await self.take(.stopRefused(error), of: id)
            }
        }
    }

    private func after(_ rest: Duration, _ event: WatchedRun.Event, of id: RunID) {
        let clock = clock
        start(for: id) {
            do {
                try await clock.sleep(rest)
            } catch {
                return  // The observer ends.
            }
            await self.take(event, of: id)
        }
    }

    // MARK: the end

    private func collect(_ observation: Observation, _ id: RunID, _ run: WatchedRun) {
        let (finish, retry) = (finish, retry)
        work(on: id, run) { record in
            // A stop came before the turn of this run.
            if Task.isCancelled { throw CancellationError() }
            if let next = try await retry.next(of: record, after: observation) { return .retried(next) }
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
        let cancel = AsyncEvent()
        collections[id] = cancel
        start(for: id) {
            let event = await withCancellation(by: cancel) { () -> WatchedRun.Event in
                let hasTurn = run.isSuspect ? await suspects.acquire() : false
                defer { if hasTurn { suspects.release() } }
                do {
                    return try await body(try await store.beginWork(on: id, token: run.token))
                } catch let error as StoreError {
                    return .collectionFailed(.store(error))
                } catch {
                    return .collectionFailed(.backend("\(error)"))
                }
            }
            await self.worked(on: id, run.token, event)
        }
    }

    private func worked(on id: RunID, _ token: Int64, _ event: WatchedRun.Event) async {
        collections[id] = nil
        // It was cancelled with the observer, and the next owner repeats it. That is not a failure of the run.
        if case .collectionFailed = event, Task.isCancelled {
            try? await store.endWork(on: id, token: token)
            return
        }
        await take(event, of: id)
    }
}
