internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The controller of one rehearsal. It takes the job from its intent to its kept results. `RehearsalMachine` decides
/// each step; the controller stores the state, does the work and sends back what happened. After a crash, another
/// process continues at the stored step.
actor RehearsalController {
    let runID: RunID
    let folder: RehearsalFolder
    private let intent: RehearsalFolder.Intent
    private let plan: RehearsalPlan
    private let tools: RehearsalTools
    private let changes: ChangeSignals
    private var machine: RehearsalMachine

    private var task: Task<Void, Never>?
    private var lock: FileLock?
    /// The work of a step that a stop cancels.
    private var work: Task<Result<Void, BackendError>, Never>?
    /// The tasks that run while the hosts run: pipes, synchronized folders, the drill.
    private var helpers: [Task<Void, Never>] = []
    private var hosts: RunningHosts?
    private var synced = SyncedFolders()
    private var feeders: [PipeFeeder] = []
    private let stops: StopDelivery
    /// Serves the credentials of the hosts.
    let credentials: HostCredentials

    /// The hosts of the current attempt.
    private struct RunningHosts {
        let containers: HostContainers
        let members: [HostContainers.Member]
    }

    init(
        _ runID: RunID, _ intent: RehearsalFolder.Intent, _ plan: RehearsalPlan, folder: RehearsalFolder,
        tools: RehearsalTools, state: RehearsalState, changes: ChangeSignals
    ) {
        self.runID = runID
        self.intent = intent
        self.plan = plan
        self.folder = folder
        self.tools = tools
        self.changes = changes
        machine = RehearsalMachine(
            state,
            rules: RehearsalMachine.Rules(
                drill: plan.drill, hasPipes: plan.inputs.contains { $0.delivery == .pipe },
                stopGraceSeconds: intent.job.stopGraceSeconds, results: folder.results))
        stops = StopDelivery(folder: folder, now: tools.now)
        credentials = HostCredentials(plan, tools)
    }

    // MARK: what others see

    var observation: Observation { machine.state.observation(of: runID, intent.job) }
    var timeline: RehearsalTimeline { machine.state.timeline }
    var hasEnded: Bool { machine.hasEnded }
    /// The number of attempts whose hosts were all started. Final when the job has ended.
    var startedAttempts: Int {
        let state = machine.state
        return state.stage == .preparing || state.stage == .starting ? state.attempt - 1 : state.attempt
    }

    /// Requests the end of all hosts, or prevents their start.
    func stop(grace: Duration?) async throws(BackendError) {
        try await send(.stopOrdered(RehearsalState.Stop(grace: grace)))
    }

    /// Stores the results and metrics of the finish stage.
    func finished(results: [Outcome.Output], metrics: [String: Double]) async throws(BackendError) {
        try await send(.finished(results: results, metrics: metrics))
    }

    // MARK: life

    /// Starts the work. Later calls do nothing.
    func start() {
        guard task == nil else { return }
        task = Task { await control() }
    }

    /// Ends the work of this process and waits until it has ended.
    func leave() async {
        let task = task ?? Task {}
        self.task = task
        task.cancel()
        work?.cancel()
        await stops.cancel()
        await task.value
        await endHelpers()
        lock = nil
    }

    private func control() async {
        guard await own() else { return }
        while !hasEnded, !Task.isCancelled {
            do throws(BackendError) {
                let order = machine.state.stop == nil ? try folder.order() : nil
                try await send(.stepBegins(order: order))
                try await send(.stepSucceeded)
            } catch {
                if Task.isCancelled { return }
                await failed(error)
            }
        }
        await endHelpers()
    }

    /// Waits for the lock of the job. Meanwhile shows the state that its owner stores. False if the job has ended, or
    /// this process leaves.
    private func own() async -> Bool {
        while lock == nil {
            lock = try? folder.lock()
            guard lock == nil else { break }
            if let seen = try? folder.state() { try? await send(.seen(seen)) }
            if hasEnded { return false }
            guard (try? await Task.sleep(for: .milliseconds(250))) != nil else { return false }
        }
        try? await send(.owned(try? folder.state()))
        return true
    }

    private func failed(_ error: BackendError) async {
        do throws(BackendError) {
            try await send(.failed(error))
        } catch {
            // The disk does not accept the end either. In memory the job has ended nevertheless.
            tools.log.warning("the state cannot be stored", ["run": runID.rawValue, "error": error.description])
        }
        guard hasEnded, machine.state.timeline.phase == .failed else { return }
        tools.log.warning("a job ends early", ["run": runID.rawValue, "error": error.description])
    }

    // MARK: events and effects

    private func send(_ event: RehearsalMachine.Event) async throws(BackendError) {
        let (next, effects) = RehearsalMachine.reduce(machine, event, at: tools.now())
        machine = next
        for effect in effects { try await carryOut(effect) }
    }

    private func carryOut(_ effect: RehearsalMachine.Effect) async throws(BackendError) {
        switch effect {
        case .store:
            try folder.keep(machine.state)
            changes.signal()
        case .signal: changes.signal()
        case .perform(.prepare):
            try await cancellable { controller throws(BackendError) in try await controller.prepare() }
        case .perform(.start): try await startHosts()
        case .perform(.run): try await run()
        case .perform(.collect):
            try await cancellable { controller throws(BackendError) in try await controller.collect() }
        case .cancelWork: work?.cancel()
        case .takeOver(let endsHosts): try await takeOver(endsHosts: endsHosts)
        case .watch(let drill): watch(drillAt: drill)
        case .stopHosts(let seconds): try await stopHosts(seconds)
        case .leaveOrder(let order): try folder.order(order)
        case .syncFolders:
            if let hosts { try await synced.pass(hosts.members, context) }
            try await send(.foldersSynced)
        case .pause(let duration): await pause(duration)
        }
    }

    /// Does work that a stop cancels.
    private func cancellable(
        _ body: @escaping @Sendable (RehearsalController) async throws(BackendError) -> Void
    ) async throws(BackendError) {
        let task = Task { () -> Result<Void, BackendError> in
            do throws(BackendError) {
                try await body(self)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        work = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        work = nil
        try result.get()
    }

    /// Waits before a retry. A stop ends the wait unless hosts have run.
    private func pause(_ duration: Duration) async {
        let until = ContinuousClock.now + duration
        while ContinuousClock.now < until, machine.state.stop == nil || machine.hasRunHosts, !Task.isCancelled {
            try? await Task.sleep(for: min(.milliseconds(100), until - ContinuousClock.now))
        }
    }

    private var context: RehearsalContext {
        RehearsalContext(runID: runID, intent: intent, plan: plan, folder: folder, tools: tools) {
            [weak self] event throws(BackendError) in try await self?.send(event)
        }
    }

    // MARK: the work of the steps

    private func prepare() async throws(BackendError) {
        let preparation = Preparation(context: context, attempt: machine.state.attempt, credentials: credentials)
        let prepared = try await preparation.run(endpoint: machine.state.endpoint)
        synced = prepared.synced
        feeders = prepared.feeders
        try await send(.prepared)
    }

    /// Starts the hosts. The time of the attempt begins.
    private func startHosts() async throws(BackendError) {
        let containers = try await context.containers(attempt: machine.state.attempt)
        guard let members = try await containers.members() else {
            throw BackendError(.notFound, "A container of run \(runID) was removed before it was started.")
        }
        feedPipes()
        try await send(.starting)
        do {
            try await containers.start(members)
        } catch {
            if !error.isWorthRetrying {
                // The hosts that have started are not needed without the others.
                for member in members { _ = await containers.stop(member, grace: .zero) }
                try await send(.startRefused)
            }
            throw error
        }
        try await send(.started)
    }

    /// Waits for the end of all hosts.
    private func run() async throws(BackendError) {
        let containers = try await context.containers(attempt: machine.state.attempt)
        guard let members = try await containers.members() else { return try await send(.hostsLost) }
        hosts = RunningHosts(containers: containers, members: members)
        try await send(.hostsFound)
        await withTaskGroup(of: Void.self) { group in
            for member in members { group.addTask { await containers.wait(for: member) } }
            await group.waitForAll()
        }
        if Task.isCancelled { throw BackendError(.cancelled, "The observation of run \(runID) was cancelled.") }
        try await send(.hostsEnded)
        await endHelpers()
        let foundHost = await stops.wait()
        try await send(.stopsEnded(foundHost: foundHost, order: nil))
        if machine.state.stop == nil, let order = try folder.order() {
            try await send(.stopsEnded(foundHost: false, order: order))
        }
        try await send(.attemptEnded(try await containers.ends(of: members)))
    }

    private func collect() async throws(BackendError) {
        let containers = try await context.containers(attempt: machine.state.attempt)
        guard let members = try await containers.members() else { return try await send(.hostsLost) }
        if synced.isEmpty, !plan.synced.isEmpty {
            // Another process observed the end of the hosts.
            synced = try await SyncedFolders.resumed(context, containers, members)
        }
        let collection = Collection(
            context: context, containers: containers, members: members, synced: synced,
            didStop: machine.state.didStop, lostPipes: machine.state.lostPipes == true)
        try await collection.run()
    }

    // MARK: while the hosts run

    /// Takes over hosts that another process started. They continue, but a partly read pipe cannot be filled from its
    /// middle.
    private func takeOver(endsHosts: Bool) async throws(BackendError) {
        guard let hosts else { return }
        if let endpoint = machine.state.endpoint, let open = try await credentials.open(endpoint) {
            try await send(.endpointChosen(open))
        }
        synced = try await SyncedFolders.resumed(context, hosts.containers, hosts.members)
        var ended = false
        if endsHosts {
            for member in hosts.members where await hosts.containers.stop(member, grace: .zero) { ended = true }
        }
        try await send(.tookOver(endedHosts: ended))
    }

    private func watch(drillAt time: Timestamp?) {
        guard let hosts else { return }
        if !synced.isEmpty {
            let (synced, context) = (synced, context)
            helpers.append(Task { await synced.keep(hosts.members, context) })
        }
        guard let time else { return }
        helpers.append(
            Task { [weak self] in
                let left = max(0, time.date.timeIntervalSinceNow)
                guard (try? await Task.sleep(for: .seconds(left))) != nil else { return }
                await self?.interrupt()
            })
    }

    private func interrupt() async {
        do throws(BackendError) {
            try await send(.drillDue)
        } catch {
            tools.log.warning("the drill failed", ["run": runID.rawValue, "error": error.description])
        }
    }

    private func stopHosts(_ seconds: Int) async throws(BackendError) {
        let attempt = machine.state.attempt
        let containers = try await context.containers(attempt: attempt)
        guard let members = try await containers.members() else { return }
        try await stops.deliver(to: members, of: containers, attempt: attempt, graceSeconds: seconds)
    }

    private func feedPipes() {
        guard helpers.isEmpty else { return }
        let log = tools.log
        let id = runID.rawValue
        helpers = feeders.map { feeder in
            Task {
                do throws(BackendError) {
                    try await feeder.run()
                } catch {
                    log.warning("a pipe cannot be fed", ["run": id, "error": error.description])
                }
            }
        }
    }

    private func endHelpers() async {
        let ending = helpers
        helpers = []
        for helper in ending { helper.cancel() }
        for helper in ending { await helper.value }
        await credentials.close()
    }
}
