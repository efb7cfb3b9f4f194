internal import LaunchLocalRehearsal
package import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine
public import LaunchPluginKit
internal import LaunchRegistryLogins

/// Runner `local-docker`: the containers of a run on the docker or podman engine of this machine.
///
/// It decodes requests and handles, and passes each to the runner of its kind: `ContainerRunner` for a plain container,
/// `RehearsalJobRunner` for a job with a rehearsal plan. Its state in memory is only a cache, so another instance finds
/// the same runs.
public struct LocalDockerRunner: ContainerJobRunner, CodeCarrying {
    /// The value of `type`.
    public static let type = LocalHandle.runner

    let tools: EngineTools
    let containers: ContainerRunner
    let rehearsals: RehearsalJobRunner
    /// The engine's own image store.
    public let imageStore: (any Registry)?
    private let graceSeconds: Int

    /// - Parameters:
    ///   - engine: the engine's socket or address; nil finds it by `DOCKER_HOST` and the usual sockets.
    ///   - stopGraceSeconds: seconds between SIGTERM and SIGKILL if the template does not set them.
    ///   - limits: bounds for copies between containers, this machine and object stores.
    ///   - registry: provides logins for image pulls; nil pulls without a login.
    ///   - environment: provides objects and credentials for rehearsals.
    ///   - variables: the environment variables of the process.
    ///   - log: the logger.
    ///   - state: the state folder; nil is the one for these variables.
    ///   - clock: the clock.
    package init(
        engine: String? = nil, stopGraceSeconds: Int = 30, limits: TransferLimits = TransferLimits(),
        registry: (any Registry)? = nil,
        environment: (any Environment)? = nil, variables: [String: String], log: Logger = .silent,
        state: PluginContext.StateFolder? = nil, clock: HostClock = .system
    ) {
        let context = PluginContext(environment: environment, registry: registry, variables: variables, log: log)
        tools = EngineTools(
            connection: EngineConnection(locator: EngineLocator(option: engine, variables: variables), log: log),
            images: ImagePulls(registry: registry, logins: PullLogins(context)),
            state: state ?? PluginContext.StateFolder(.runner, Self.type, variables: variables), clock: clock, log: log,
            limits: limits)
        imageStore = LocalRegistry(
            engine: SharedEngine(option: engine, variables: variables), remote: nil, logins: PullLogins(context))
        containers = ContainerRunner(tools: tools)
        rehearsals = RehearsalJobRunner(RehearsalTools(engine: tools, environment: environment))
        graceSeconds = stopGraceSeconds
    }

    // MARK: requests

    /// The container job as a document.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try request(for: DockerRender(graceSeconds: graceSeconds).containerJob(job), as: job.job.runID)
    }

    /// The request for a container job: its JSON. The run ID is not part of it.
    public func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest {
        try LocalJob(job).request()
    }

    /// Checks the request without the engine, and that the environment provides what a rehearsal needs.
    public func validate(_ request: RunRequest) -> [Finding] {
        do {
            switch try LocalJob(request) {
            case .container(let job): return containers.validate(job)
            case .rehearsal(let job): return rehearsals.validate(job)
            }
        } catch {
            return [Finding(.error, at: FieldPath(), error.message)]
        }
    }

    /// Pulls the job's image if the engine does not have it.
    public func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        try await tools.fetch(LocalJob(request).job.image, progress: progress)
    }

    /// Starts the run, or returns the handle of the one that an earlier call started from the same request.
    ///
    /// - Throws: `conflict` if the names belong to something else, `invalid` if the containers cannot be started.
    ///   Nothing remains after an error.
    public func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        let fingerprint = try RunContainer.fingerprint(of: request)
        let handle: LocalHandle =
            switch try LocalJob(request) {
            case .container(let job):
                .container(
                    try await containers.submit(
                        job, fingerprint: fingerprint, as: runID, codeFolder: request.codeFolder))
            case .rehearsal(let job):
                .rehearsal(try await rehearsals.submit(job, fingerprint: fingerprint, as: runID))
            }
        return handle.stored
    }

    /// The run's containers. A container that was created but never started counts: submitting again starts it.
    public func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        if let found = try await rehearsals.find(runID) { return LocalHandle.rehearsal(found).stored }
        return try await containers.find(runID).map { LocalHandle.container($0).stored }
    }

    // MARK: handles

    /// One list call for all plain containers. The rehearsals cost no call to the engine.
    public func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        var plain: [ContainerHandle] = []
        var rehearsed: [RehearsalHandle] = []
        var observations: [Observation] = []
        for handle in handles {
            do throws(BackendError) {
                switch try LocalHandle(handle) {
                case .container(let handle): plain.append(handle)
                case .rehearsal(let handle): rehearsed.append(handle)
                }
            } catch {
                // A stored handle that names nothing cannot name an existing container.
                observations.append(ContainerRunner.missing(handle.runID))
            }
        }
        observations += try await rehearsals.observe(rehearsed)
        observations += try await containers.observe(plain, besides: observations.count)
        return observations
    }

    /// The log of both outputs, in the order in which the engine stored it.
    ///
    /// Throws `notFound` if the container was removed.
    public func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        do {
            switch try LocalHandle(handle) {
            case .container(let handle): return containers.logs(handle, from: cursor, follow: follow)
            case .rehearsal(let handle): return rehearsals.logs(handle, from: cursor, follow: follow)
            }
        } catch {
            return LogStream { { () async throws(BackendError) in throw error } }
        }
    }

    /// Sends SIGTERM, and SIGKILL after `grace` or after the grace period of the job.
    public func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        switch try LocalHandle(handle) {
        case .container(let handle): try await containers.stop(handle, grace: grace)
        case .rehearsal(let handle): try await rehearsals.stop(handle, grace: grace)
        }
    }

    /// Keeps the outputs or results in `<folder>/outputs` and searches the log for the metrics.
    public func finish(
        _ handle: RunHandle, of request: RunRequest, into folder: String
    ) async throws(BackendError) -> Outcome {
        let job = try LocalJob(request).job
        switch try LocalHandle(handle) {
        case .container(let handle): return try await containers.finish(job, handle, into: folder)
        case .rehearsal(let handle): return try await rehearsals.finish(job, handle, into: folder)
        }
    }

    /// The timeline of an ended rehearsal. For a plain container, only its end.
    public func timeline(of handle: RunHandle) async throws(BackendError) -> RehearsalTimeline {
        switch try LocalHandle(handle) {
        case .container(let handle):
            let end = try await containers.observe([handle]).first
            return RehearsalTimeline(phase: end?.phase ?? .missing, cause: end?.cause)
        case .rehearsal(let handle): return try await rehearsals.timeline(of: handle)
        }
    }

    /// Removes the containers with their logs and anonymous volumes. For a rehearsal, also the network and the folder.
    public func release(_ handle: RunHandle) async throws(BackendError) {
        switch try LocalHandle(handle) {
        case .container(let handle): try await containers.release(handle)
        case .rehearsal(let handle): try await rehearsals.release(handle)
        }
    }

    // MARK: code

    /// None: the code is copied from this machine.
    public func codePlace(of request: RunRequest) -> CodePlace? { nil }
    /// None.
    public func codeRoot(of request: RunRequest) -> String? { nil }
    /// Always.
    public var readsCodeHere: Bool { true }

    // MARK: the engine

    /// A signal for each event of a run's container and for each step of a rehearsal.
    public func changes() -> AsyncStream<Void>? {
        RunEvents.stream(of: tools.connection, and: rehearsals.changes)
    }

    /// Removes what ended runs of this home left.
    public func sweep(_ standing: @escaping @Sendable (RunID) async -> RunStanding) async throws(BackendError) {
        try await LeftoverSweep(tools: tools, rehearsals: rehearsals).run(standing)
    }

    /// Checks that the engine responds, by requesting a container that does not exist.
    public func reach() async throws(BackendError) {
        let engine = try await tools.connection.client()
        _ = try await engineCall { () async throws(EngineError) in
            try await engine.container(RunContainer.name(.random()))
        }
    }
}
