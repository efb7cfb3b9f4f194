internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchPluginKit

/// The controller of one rehearsal. It takes the job from its intent to its kept results and stores each step. After
/// a crash, another process continues at the stored step.
actor RehearsalController {
    let runID: RunID
    let intent: RehearsalFolder.Intent
    let job: ContainerJob
    let rehearsalPlan: RehearsalPlan
    let folder: RehearsalFolder
    let tools: RehearsalTools
    let pulses: Pulses
    var state: RehearsalState

    private var task: Task<Void, Never>?
    var lock: FolderLock?
    /// The part of the work that a stop cancels.
    var breakable: Task<Result<Void, BackendError>, Never>?
    var stops: [Task<Bool, Never>] = []
    /// The last signal that this process sent to the hosts.
    var sentSignal: RehearsalState.Signal?
    var helpers: [Task<Void, Never>] = []
    var syncs: [FolderSync] = []
    var feeders: [PipeFeeder] = []
    var endpoint: CredentialsServer?
    /// True if this process prepared the hosts of this attempt. Then it also feeds their pipes.
    var hasPrepared = false
    /// True if this process has set up what it needs while the hosts run.
    var hasStarted = false
    /// True if a stop of this attempt found a running host.
    var stopFound = false
    var hostsHaveEnded = false
    /// True if the current step has failed before. Then the reason is shown.
    var isTryingAgain = false
    /// The progress message of the step when it first failed.
    var troubled = ""

    init(
        _ runID: RunID, _ intent: RehearsalFolder.Intent, _ rehearsalPlan: RehearsalPlan,
        folder: RehearsalFolder, tools: RehearsalTools, state: RehearsalState, pulses: Pulses
    ) {
        self.runID = runID
        self.intent = intent
        self.job = intent.job
        self.rehearsalPlan = rehearsalPlan
        self.folder = folder
        self.tools = tools
        self.state = state
        self.pulses = pulses
    }

    var observation: Observation { state.observation(of: runID, job) }
    var timeline: RehearsalTimeline { state.timeline }
    var hasEnded: Bool { state.stage == .ended }
    /// The number of attempts whose hosts were all started. Final when the job has ended.
    var startedAttempts: Int {
        state.stage == .preparing || state.stage == .starting ? state.attempt - 1 : state.attempt
    }

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
        breakable?.cancel()
        for stop in stops { stop.cancel() }
        await task.value
        await endHelpers()
        lock = nil
    }

    // MARK: steps

    private func control() async {
        while lock == nil {
            lock = try? folder.lock()
            guard lock == nil else { break }
            // Another process owns the job, so show the state that it stores.
            if let seen = try? folder.state() { state = seen }
            if hasEnded { return pulses.signal() }
            guard (try? await Task.sleep(for: .milliseconds(250))) != nil else { return }
        }
        if let seen = try? folder.state() { state = seen }
        var failures = 0
        while !hasEnded, !Task.isCancelled {
            do throws(BackendError) {
                try await step()
                failures = 0
                isTryingAgain = false
            } catch {
                if Task.isCancelled { return }
                failures += 1
                await failed(error, times: failures)
            }
        }
        await endHelpers()
    }

    private func step() async throws(BackendError) {
        if state.stop == nil { state.stop = try folder.order() }
        switch state.stage {
        case .preparing:
            if state.stop != nil { return try end(.stopped, Cause(.userStop, "stopped before it began")) }
            hasStarted = false
            try await breakably { controller throws(BackendError) in try await controller.prepare() }
            hasPrepared = true
            try move(to: .starting)
        case .starting:
            if state.stop != nil, state.attemptStartedAt == nil {
                return try end(.stopped, Cause(.userStop, "stopped before it began"))
            }
            try await startHosts()
        case .running: try await run()
        case .collecting: try await collect()
        case .ended: break
        }
    }

    /// Runs work that a stop cancels.
    func breakably(
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
        breakable = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        breakable = nil
        try result.get()
    }

    // MARK: stored state

    func move(to stage: RehearsalState.Stage) throws(BackendError) {
        state.stage = stage
        try keep()
    }

    func keep() throws(BackendError) {
        try folder.keep(state)
        pulses.signal()
    }

    func show(_ status: RehearsalTimeline.Status, _ message: String) {
        let isNew = state.timeline.steps.last?.status != status
        state.step(status, message, at: RehearsalTools.now())
        if isNew { pulses.signal() }
    }

    func end(_ phase: Observation.Phase, _ cause: Cause?) throws(BackendError) {
        state.timeline.phase = phase
        state.timeline.cause = cause
        if state.endedAt == nil { state.endedAt = RehearsalTools.now() }
        let status: RehearsalTimeline.Status =
            switch phase {
            case .succeeded: .completed
            case .stopped: .stopped
            default: .failed
            }
        show(status, cause?.message ?? "")
        try move(to: .ended)
    }

    /// Stores the results and metrics of the finish stage.
    func finished(results: [Outcome.Output], metrics: [String: Double]) throws(BackendError) {
        state.timeline.results = results
        state.timeline.metrics = metrics
        try keep()
    }

    func endHelpers() async {
        let ending = helpers
        helpers = []
        for helper in ending { helper.cancel() }
        for helper in ending { await helper.value }
        endpoint?.stop()
        endpoint = nil
    }

    func containers() async throws(BackendError) -> HostContainers {
        HostContainers(
            engine: try await tools.engine.connection.client(), images: tools.engine.images, job: job,
            rehearsalPlan: rehearsalPlan,
            runID: runID,
            fingerprint: intent.fingerprint, attempt: state.attempt, home: tools.engine.homeIdentity)
    }
}

extension Cause.Code {
    /// The results of the run could not be kept.
    static let results = Cause.Code(rawValue: "results")
}
