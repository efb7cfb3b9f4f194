internal import LaunchConcurrency

/// Claims runs from queues, drives each through the pipeline, and keeps its record until its end.
///
/// Everything that must survive is in the store. An agent that dies loses only time.
public actor Agent {
    /// The settings of an agent.
    public struct Settings: Sendable {
        /// The queues that the agent serves, in turn. Their order has no meaning.
        public var queues: [String]
        /// The maximum number of runs that the agent holds at once; nil means no limit.
        public var maxJobs: Int?
        /// Whether the agent ends when the queues are empty and its runs have ended.
        public var drain: Bool
        public init(queues: [String] = [], maxJobs: Int? = 1, drain: Bool = false) {
            self.queues = queues
            self.maxJobs = maxJobs
            self.drain = drain
        }
    }

    /// How an agent ended.
    public enum End: Sendable, Hashable {
        /// The queues are drained, or the single run has ended.
        case done
        /// The agent was asked to leave; its runs continue without it.
        case left
        /// The queues are drained, except for these runs, which the agent holds and could not complete.
        case stuck([RunID])
        /// The queues are drained, except for these queues, which an error of the configuration holds.
        case held([String: BackendError])
    }

    let settings: Settings
    let store: Store
    let backends: Backends
    let clock: HostClock
    let log: Logger
    let contexts: any ContextProvider
    private let hooks: HookFeed?
    let progress: @Sendable (RunID, BuildProgress) -> Void
    private let onEnd: @Sendable (RunRecord) -> Void
    let pulse = AsyncEvent()
    /// Whether the store and the backends answer.
    public nonisolated let vitals: AgentVitals
    /// What the agent counts.
    package nonisolated let metrics: AgentMetrics
    let leaving = LeaveFlag()
    /// Suspects are driven and finished one at a time here, so that the next crash shows which run causes it.
    let suspects = AsyncSemaphore(permits: 1)

    private var turn = 0
    /// Whether the last call of the store failed for a reason that passes.
    private var storeIsAway = false
    /// The queues of which no run is claimed for now.
    var holds = QueueHolds()
    /// The runs that are driven to their backends, each with an event that cancels its drive.
    var driving: [RunID: AsyncEvent] = [:]
    /// Those of them whose image is built from source.
    var building: Set<RunID> = []
    /// Drives and observers to start as child tasks of `run`.
    var children: AsyncStream<@Sendable () async -> Void>.Continuation?
    /// What the observers report, in order.
    private var reports: AsyncStream<ObserveStage.Report>.Continuation?
    private(set) var watched: Set<RunID> = []
    private var watches: [String: ObserveStage] = [:]

    /// Creates an agent. `progress` gets the output of builds, and `onEnd` each run whose end this agent has recorded.
    /// Both must return at once.
    public init(
        _ settings: Settings, store: Store, backends: Backends, contexts: any ContextProvider,
        clock: HostClock = .system, log: Logger, metrics: AgentMetrics = AgentMetrics(),
        progress: @escaping @Sendable (RunID, BuildProgress) -> Void = { _, _ in },
        onEnd: @escaping @Sendable (RunRecord) -> Void = { _ in }
    ) {
        self.init(
            settings, store: store, backends: backends, contexts: contexts, hooks: nil, clock: clock, log: log,
            metrics: metrics, progress: progress, onEnd: onEnd)
    }

    /// - Parameter hooks: informs others about the events of runs; nil without hooks.
    package init(
        _ settings: Settings, store: Store, backends: Backends, contexts: any ContextProvider, hooks: HookFeed?,
        clock: HostClock = .system, log: Logger, metrics: AgentMetrics = AgentMetrics(),
        progress: @escaping @Sendable (RunID, BuildProgress) -> Void = { _, _ in },
        onEnd: @escaping @Sendable (RunRecord) -> Void = { _ in }
    ) {
        self.onEnd = onEnd
        self.settings = settings
        self.hooks = hooks
        self.store = store
        self.backends = backends
        self.contexts = contexts
        self.clock = clock
        vitals = AgentVitals(clock: clock)
        self.log = log
        self.metrics = metrics
        self.progress = progress
    }

    /// Asks the agent to leave: it claims no more runs, completes the current step of each run, and releases the runs.
    /// The runs continue.
    public nonisolated func leave() {
        leaving.raise()
        vitals.leaves()
        pulse.signal()
    }

    /// Runs the agent until it is drained or asked to leave.
    /// - Parameter owner: the owner that holds the runs.
    /// - Parameter one: a run that `owner` has claimed. The agent then claims no other run, and ends with this run.
    /// - Throws: `StoreError` if the store cannot be used.
    public func run(as owner: OwnerLock, only one: RunRecord? = nil) async throws(StoreError) -> End {
        let listener = try await store.listen()
        defer { listener.close() }
        let (started, children) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
        let (reported, reports) = AsyncStream.makeStream(of: ObserveStage.Report.self)
        (self.children, self.reports) = (children, reports)
        await hooks?.begin()
        return try await withDiscardingTaskGroup(returning: Result<End, StoreError>.self) { group in
            let pulse = pulse
            group.addTask { for await _ in listener.rings { pulse.signal() } }
            group.addTask { for await report in reported { await self.take(report) } }
            if let hooks { group.addTask { await hooks.run(as: owner.id) } }
            async let end = result(as: owner, only: one)
            for await child in started { group.addTask(operation: child) }
            let result = await end
            // The end of the last run is reported too, but a slow target does not keep the agent.
            if let hooks, case .success(let how) = result, how != .left {
                _ = await TimeLimit.value(within: HookFeed.farewell) { await hooks.pass(as: owner.id) }
            }
            group.cancelAll()
            return result
        }.get()
    }

    private func result(as owner: OwnerLock, only one: RunRecord?) async -> Result<End, StoreError> {
        defer { children?.finish() }
        do throws(StoreError) {
            return .success(try await serve(as: owner, only: one))
        } catch {
            return .failure(error)
        }
    }

    private func serve(as owner: OwnerLock, only one: RunRecord?) async throws(StoreError) -> End {
        log.info("agent started", ["queues": settings.queues.joined(separator: ","), "owner": owner.id.rawValue])
        let unreadable = try await insisting { () throws(StoreError) in
            try await store.setAsideUnreadable(queues: settings.queues)
        }
        for text in unreadable {
            log.error("a row of the database has no run ID and is set aside", ["id": Wording.quoted(text)])
        }
        let served =
            if let one {
                [one.resource]
            } else {
                try await insisting { () throws(StoreError) in try await resources() }
            }
        await LeftoverSweep(store: store, backends: backends, log: log).run(resources: served)
        if let one { drive(one, mayRequeue: false) }
        var isMarked = false
        while true {
            if Task.isCancelled {
                // The task of the agent was cancelled, and the drives with it. Steps are not completed; the next agent
                // repeats them.
                leaving.raise()
                return .left
            }
            if leaving.isRaised {
                if !isMarked { store.markLeaving(owner.id) }
                isMarked = true
                guard driving.isEmpty else {
                    await pulse.wait(upTo: .seconds(1), clock: clock)
                    continue
                }
                log.info("agent left", ["live runs": "\(watched.count)"])
                return .left
            }
            do {
                if storeIsAway { try await takeUnknown(as: owner.id) }
                try await passOnStops(of: owner.id)
                if one == nil {
                    try await adopt(as: owner.id)
                    try await claim(as: owner.id)
                }
                if try await isDone(only: one) { return try await done(owner.id) }
                vitals.storeAnswered()
            } catch  where error.isTemporary {
                noteAway(error)
            }
            await pulse.wait(upTo: Self.fallback, clock: clock)
        }
    }

    /// Repeats a call while the store is locked, full or away, also when the agent starts.
    private func insisting<T>(_ call: () async throws(StoreError) -> T) async throws(StoreError) -> T {
        while true {
            do {
                return try await call()
            } catch  where error.isTemporary && !leaving.isRaised && !Task.isCancelled {
                noteAway(error)
                await pulse.wait(upTo: Self.fallback, clock: clock)
            }
        }
    }

    /// The runs log at level debug that the store is away, so that the log has one line for one outage.
    private func noteAway(_ error: StoreError) {
        if !storeIsAway { log.error("the store cannot be used for now", ["error": error.description]) }
        storeIsAway = true
    }

    /// The longest delay after a lost doorbell, or until a run that waits for its time is noticed.
    static let fallback = Duration.seconds(5)

    // MARK: claiming runs

    /// The maximum number of runs that are driven to their backends at once, regardless of `max_jobs`. A run waits for
    /// calls most of the time, which take some tenths of a second each.
    private static let mostDriven = 128
    /// The maximum number of these runs whose image is built.
    private static let mostBuilt = 32
    /// The maximum number of runs that are claimed in one transaction. Another agent waits for it.
    private static let mostClaimed = 16

    /// The number of runs that may be claimed now.
    private var room: Int {
        let jobs = settings.maxJobs.map { $0 - driving.count - watched.count } ?? .max
        return min(jobs, Self.mostDriven - driving.count, Self.mostBuilt - building.count, Self.mostClaimed)
    }

    private func claim(as owner: OwnerID) async throws(StoreError) {
        while room > 0 {
            let most = room
            let choices = holds.open(queuesInTurn(), now: clock.now())
            let runs = try await store.claim(most, from: choices, owner: owner, beginsWork: true)
            for run in runs {
                if let queue = run.queue {
                    holds.begin(run.id, of: queue)
                    if let index = settings.queues.firstIndex(of: queue) { turn = index + 1 }
                }
                log.info("run taken", ["run": run.id.rawValue, "queue": run.queue ?? "-"])
                metrics.claimed(run, at: clock.now())
                drive(run)
            }
            if runs.count < most { return }
        }
    }

    /// The queues, beginning after the one that was served last.
    private func queuesInTurn() -> [String] {
        let queues = settings.queues
        guard !queues.isEmpty else { return [] }
        let first = turn % queues.count
        return Array(queues[first...] + queues[..<first])
    }

    /// Adopts the runs of dead agents. They count as jobs, but the limit does not delay their adoption, because they
    /// already run.
    private func adopt(as owner: OwnerID) async throws(StoreError) {
        let found = try await store.adoptable(
            queues: settings.queues, resources: resources(), by: owner, limit: Self.mostAdopted)
        for adopted in try await store.adopt(found, owner: owner) {
            log.info("run adopted", ["run": adopted.id.rawValue, "state": adopted.state.rawValue])
            metrics.adopted()
            drive(adopted)
        }
        // Complete records are large, so the next ones are read after these are driven.
        if found.count == Self.mostAdopted { pulse.signal() }
    }

    /// The maximum number of runs that are adopted in one pass.
    private static let mostAdopted = 32

    /// The resources that this agent serves. It also adopts their runs without a queue that have lost their owner.
    private func resources() async throws(StoreError) -> [String] {
        try await store.resources(of: settings.queues)
    }

    /// Drives the runs that the agent holds without knowing: the store broke down after a claim or an adoption was
    /// committed, and before the answer.
    private func takeUnknown(as owner: OwnerID) async throws(StoreError) {
        for id in try await store.held(by: owner) {
            let run = try await store.run(id)
            guard driving[id] == nil, !watched.contains(id), run.owner == owner, !run.state.isTerminal else { continue }
            log.info("run found in the store", ["run": id.rawValue, "state": run.state.rawValue])
            drive(run)
        }
        log.info("the store can be used again")
        storeIsAway = false
    }

    // MARK: observing runs

    func watch(_ record: RunRecord) {
        let runner: any Runner
        let capabilities: Capabilities
        do {
            runner = try backends.runner(for: record)
            capabilities = try backends.capabilities(for: record)
        } catch {
            log.error("run cannot be watched", ["run": record.id.rawValue, "error": error.description])
            return
        }
        watched.insert(record.id)
        let key = Self.watchKey(of: record)
        let watch = watches[key] ?? newWatch(of: runner, capabilities, key: key)
        watch.add(record)
    }

    /// Each runner has its own observer: runs of a resource may be executed by its backend, or rehearsed.
    private static func watchKey(of record: RunRecord) -> String {
        "\(record.resource) on \(record.handle?.runner ?? record.resource)"
    }

    private func newWatch(of runner: any Runner, _ capabilities: Capabilities, key: String) -> ObserveStage {
        let reports = reports
        let watch = ObserveStage(
            runner, capabilities, store: store, limits: backends.limits, clock: clock, log: log, suspects: suspects,
            vitals: vitals, metrics: metrics, name: key, report: { reports?.yield($0) })
        watches[key] = watch
        children?.yield { await watch.run() }
        return watch
    }

    private func take(_ report: ObserveStage.Report) {
        switch report {
        case .ended(let record): ended(record)
        case .lost(let id):
            metrics.lostRun()
            forget(id)
        case .again(let record): again(record)
        }
    }

    private func ended(_ record: RunRecord) {
        tell(record)
        forget(record.id)
    }

    private func again(_ record: RunRecord) {
        // In this order, so that at every moment the run counts as driven or as observed.
        drive(record)
        forget(record.id)
    }

    private func forget(_ id: RunID) {
        watched.remove(id)
        pulse.signal()
    }

    func tell(_ record: RunRecord) {
        metrics.settled(record)
        if record.state.isTerminal { onEnd(record) }
        // A log record has one line, but the output of a failed build has many.
        let cause = record.cause?.message.split(separator: "\n").joined(separator: " | ") ?? "-"
        log.info("run \(record.state.rawValue)", ["run": record.id.rawValue, "cause": cause])
    }

    /// Ends the work on runs that are not submitted yet, and requests a stop of the others from their observer.
    private func passOnStops(of owner: OwnerID) async throws(StoreError) {
        for run in try await store.stopRequests(of: owner) {
            driving[run.id]?.signal()
            guard let watch = watches[Self.watchKey(of: run)], watched.contains(run.id) else { continue }
            watch.stop(run.id, grace: run.stopGraceSeconds.map { .seconds($0) }, requester: run.stopRequestedBy)
        }
    }

    // MARK: ending

    private func isDone(only one: RunRecord?) async throws(StoreError) -> Bool {
        guard driving.isEmpty, watched.isEmpty else { return false }
        if one != nil { return true }
        guard settings.drain else { return false }
        let held = await Set(try misconfigured().keys)
        return try await store.hasWaiting(queues: settings.queues.filter { !held.contains($0) }) == false
    }

    /// The queues in which no run can start until an operator changes the configuration. The error of a single run
    /// counts only if no other run waits, because the run itself may be the cause.
    private func misconfigured() async throws(StoreError) -> [String: BackendError] {
        var found: [String: BackendError] = [:]
        for hold in holds.misconfigured where !hold.isProbing {
            if hold.isConfirmed {
                found[hold.queue] = hold.error
            } else if try await store.hasWaiting(queues: [hold.queue], besides: hold.failed) == false {
                found[hold.queue] = hold.error
            }
        }
        return found
    }

    private func done(_ owner: OwnerID) async throws(StoreError) -> End {
        let stuck = try await store.held(by: owner)
        var held: [String: BackendError] = [:]
        for (queue, error) in try await misconfigured() where try await store.hasWaiting(queues: [queue]) {
            held[queue] = error
        }
        var log = log
        if !stuck.isEmpty { log = log.with(["runs that did not end": "\(stuck.count)"]) }
        if !held.isEmpty { log = log.with(["held queues": held.keys.sorted().joined(separator: ",")]) }
        log.info("agent done")
        return stuck.isEmpty ? held.isEmpty ? .done : .held(held) : .stuck(stuck)
    }
}
