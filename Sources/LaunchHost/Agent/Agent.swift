/// Takes runs off queues, drives each through the pipeline, and keeps the record until it has ended.
///
/// All that must survive is in the store; an agent that dies loses nothing but time.
public actor Agent {
    /// What an agent is asked to do.
    public struct Settings: Sendable {
        /// The queues that it serves, in no order: they take turns.
        public var queues: [String]
        /// How many runs it holds at once; nil is no limit.
        public var maxJobs: Int?
        /// Whether it ends when the queues are empty and its runs have ended.
        public var drain: Bool
        public init(queues: [String] = [], maxJobs: Int? = 1, drain: Bool = false) {
            self.queues = queues
            self.maxJobs = maxJobs
            self.drain = drain
        }
    }

    /// How an agent came to its end.
    public enum End: Sendable, Hashable {
        /// It was drained, or its one run has ended.
        case done
        /// It was asked to leave; its runs go on without it.
        case left
        /// It was drained, but for these runs, which it holds and could not take to their end.
        case stuck([RunID])
    }

    private let settings: Settings
    let store: Store
    let backends: Backends
    let clock: HostClock
    let log: Logger
    let contexts: any ContextProvider
    let progress: @Sendable (RunID, BuildProgress) -> Void
    let pulse = Pulse()
    let leaving = LeaveFlag()
    /// Runs that owners died over go through here one at a time, so that the next death tells which run it was.
    let suspects = Turnstile()

    private var turn = 0
    var driving: [RunID: Task<Void, Never>] = [:]
    private var watched: Set<RunID> = []
    private var watches: [String: (watch: ObserveStage, task: Task<Void, Never>)] = [:]

    /// An agent over these parts. `progress` is told what builds say.
    public init(
        _ settings: Settings, store: Store, backends: Backends, contexts: any ContextProvider,
        clock: HostClock = .system, log: Logger,
        progress: @escaping @Sendable (RunID, BuildProgress) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.store = store
        self.backends = backends
        self.contexts = contexts
        self.clock = clock
        self.log = log
        self.progress = progress
    }

    /// Asks the agent to leave: it takes nothing new, ends the step that each run is in, and lets go. Runs go on.
    public nonisolated func leave() {
        leaving.raise()
        pulse.signal()
    }

    /// Works until it is drained or asked to leave.
    /// - Parameter owner: the name under which it holds runs.
    /// - Parameter one: a run that `owner` has claimed; then no other is taken, and the agent is done when it has ended.
    /// - Throws: `StoreError` where the store cannot be used at all.
    public func run(as owner: OwnerLock, only one: RunRecord? = nil) async throws(StoreError) -> End {
        let listener = try store.listen()
        let pulse = pulse
        let listening = Task { for await _ in listener.rings { pulse.signal() } }
        defer {
            listening.cancel()
            listener.close()
            for (_, task) in watches.values { task.cancel() }
        }
        log.info("agent started", ["queues": settings.queues.joined(separator: ","), "owner": owner.id.rawValue])
        for text in try store.setAsideUnreadable(queues: settings.queues) {
            log.error("a row of the database has no run ID and is set aside", ["id": Wording.quoted(text)])
        }
        let served = if let one { [one.resource] } else { try resources() }
        await LeftoverSweep(store: store, backends: backends, log: log).run(resources: served)
        if let one { drive(one, mayRequeue: false) }
        while true {
            if Task.isCancelled {
                // Whoever runs the agent has given it up: no step is ended, the next agent repeats it.
                leaving.raise()
                for task in driving.values {
                    task.cancel()
                    await task.value
                }
                return .left
            }
            if leaving.isRaised {
                guard driving.isEmpty else {
                    await pulse.wait(upTo: .seconds(1), clock: clock)
                    continue
                }
                log.info("agent left", ["runs that go on": "\(watched.count)"])
                return .left
            }
            do {
                try passOnStops(of: owner.id)
                if one == nil {
                    try adopt(as: owner.id)
                    try claim(as: owner.id)
                }
                if try isDone(only: one) {
                    let stuck = try store.held(by: owner.id)
                    log.info("agent done", stuck.isEmpty ? [:] : ["runs that did not end": "\(stuck.count)"])
                    return stuck.isEmpty ? .done : .stuck(stuck)
                }
            } catch  where error.code == .busy || error.code == .full {
                log.error("the store cannot be used for now", ["error": error.description])
            }
            await pulse.wait(upTo: Self.fallback, clock: clock)
        }
    }

    /// How long a lost bell, or a run that waits for its time, can go unnoticed.
    static let fallback = Duration.seconds(5)

    // MARK: taking runs

    private var hasRoom: Bool {
        guard let limit = settings.maxJobs else { return true }
        return driving.count + watched.count < limit
    }

    /// How many runs are on the way to their backends at once, whatever `max_jobs` says: each may hold an image build.
    private static let mostDriven = 32

    private func claim(as owner: OwnerID) throws(StoreError) {
        while hasRoom, driving.count < Self.mostDriven,
            let run = try store.claimNext(queues: queuesInTurn(), owner: owner)
        {
            if let queue = run.queue, let index = settings.queues.firstIndex(of: queue) { turn = index + 1 }
            log.info("run taken", ["run": run.id.rawValue, "queue": run.queue ?? "-"])
            drive(run)
        }
    }

    /// The queues, beginning behind the one that was served last.
    private func queuesInTurn() -> [String] {
        let queues = settings.queues
        guard !queues.isEmpty else { return [] }
        let first = turn % queues.count
        return Array(queues[first...] + queues[..<first])
    }

    /// Takes over the runs that a dead agent has left; they count, but the limit does not hold them back: they run.
    private func adopt(as owner: OwnerID) throws(StoreError) {
        let found = try store.adoptable(queues: settings.queues, resources: resources(), limit: Self.mostAdopted)
        for adopted in try store.adopt(found, owner: owner) {
            log.info("run adopted", ["run": adopted.id.rawValue, "state": adopted.state.rawValue])
            drive(adopted)
        }
        // Whole records are large: the next are read when these are on their way.
        if found.count == Self.mostAdopted { pulse.signal() }
    }

    /// How many runs are taken over in one turn.
    private static let mostAdopted = 32

    /// The kinds of backend that this agent serves: runs of theirs that have no queue and lost their owner are its too.
    private func resources() throws(StoreError) -> [String] {
        try store.resources(of: settings.queues)
    }

    // MARK: watching runs

    func watch(_ record: RunRecord) {
        let runner: any Runner
        do {
            runner = try backends.runner(for: record)
        } catch {
            log.error("run cannot be watched", ["run": record.id.rawValue, "error": error.description])
            return
        }
        watched.insert(record.id)
        let key = Self.watchKey(of: record)
        let watch = watches[key]?.watch ?? newWatch(of: runner, key: key)
        Task { await watch.add(record) }
    }

    /// One watch for each runner: runs of a resource may be on its own backend, or rehearsed.
    private static func watchKey(of record: RunRecord) -> String {
        "\(record.resource) on \(record.handle?.runner ?? record.resource)"
    }

    private func newWatch(of runner: any Runner, key: String) -> ObserveStage {
        let watch = ObserveStage(
            runner, store: store, limits: backends.limits, clock: clock, log: log, suspects: suspects,
            ended: { record in Task { await self.ended(record) } }, lost: { id in Task { await self.forget(id) } },
            again: { record in Task { await self.again(record) } })
        watches[key] = (watch, Task { await watch.run() })
        return watch
    }

    private func ended(_ record: RunRecord) {
        tell(record)
        forget(record.id)
    }

    private func again(_ record: RunRecord) {
        // In this order, so that the run never counts as neither.
        drive(record)
        forget(record.id)
    }

    private func forget(_ id: RunID) {
        watched.remove(id)
        pulse.signal()
    }

    func tell(_ record: RunRecord) {
        // A record of the log has one line. The output of a failed build has many.
        let cause = record.cause?.message.split(separator: "\n").joined(separator: " | ") ?? "-"
        log.info("run \(record.state.rawValue)", ["run": record.id.rawValue, "cause": cause])
    }

    /// Ends the work on runs that are still on the way to the backend, and has the others stopped there.
    private func passOnStops(of owner: OwnerID) throws(StoreError) {
        for run in try store.stopRequests(of: owner) {
            driving[run.id]?.cancel()
            guard let watch = watches[Self.watchKey(of: run)]?.watch, watched.contains(run.id) else { continue }
            Task {
                await watch.stop(
                    run.id, grace: run.stopGraceSeconds.map { .seconds($0) }, requester: run.stopRequestedBy)
            }
        }
    }

    // MARK: ending

    private func isDone(only one: RunRecord?) throws(StoreError) -> Bool {
        guard driving.isEmpty, watched.isEmpty else { return false }
        if one != nil { return true }
        guard settings.drain else { return false }
        return try store.hasWaiting(queues: settings.queues) == false
    }
}
