internal import ContainerEngine
public import LaunchPluginKit
internal import RegistryLogins

/// Runner `local-docker`: one container per run on the docker or podman engine of this machine.
///
/// Its state in memory is only a cache. Containers carry the run ID in name and label, so another instance finds
/// them.
public struct LocalDockerRunner: ContainerJobRunner {
    /// The value of `type`.
    public static let type = "local-docker"

    let connection: EngineConnection
    let images: ImagePulls
    /// The engine's own image store.
    public let imageStore: (any Registry)?
    let memory = RunMemory()
    let submissions = KeyedLock<RunID>()
    /// The controllers of rehearsals.
    let controllers: RehearsalControllers
    private let graceSeconds: Int
    let limits: TransferLimits

    /// - Parameters:
    ///   - engine: the engine's socket or address; nil finds it by `DOCKER_HOST` and the usual sockets.
    ///   - stopGraceSeconds: seconds between SIGTERM and SIGKILL if the template does not set them.
    ///   - limits: bounds for copies between containers, this machine and object stores.
    ///   - registry: provides logins for image pulls; nil pulls without a login.
    ///   - environment: provides objects and credentials for rehearsals.
    ///   - variables: the environment variables of the process.
    ///   - log: the logger.
    public init(
        engine: String? = nil, stopGraceSeconds: Int = 30, limits: TransferLimits = TransferLimits(),
        registry: (any Registry)? = nil,
        environment: (any Environment)? = nil, variables: [String: String], log: Logger = .silent
    ) {
        connection = EngineConnection(locator: EngineLocator(option: engine, variables: variables), log: log)
        let context = PluginContext(environment: environment, registry: registry, variables: variables, log: log)
        images = ImagePulls(registry: registry, logins: PullLogins(context))
        imageStore = LocalRegistry(
            engine: SharedEngine(option: engine, variables: variables), remote: nil, logins: PullLogins(context))
        controllers = RehearsalControllers(
            RehearsalTools(
                connection: connection, images: images, environment: environment, variables: variables, log: log,
                limits: limits))
        self.limits = limits
        graceSeconds = stopGraceSeconds
    }

    /// Removing the container removes the log.
    public var keepsLogs: Bool { false }
    /// Calls to the engine are local and cheap, and the engine reports changes by itself.
    public var pace: Pace { Pace(shortest: .milliseconds(200), longest: .seconds(10)) }

    /// The container job as a document.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try request(for: DockerRender(graceSeconds: graceSeconds).containerJob(job), as: job.job.runID)
    }

    /// The request for a container job: its JSON. The run ID is not part of it.
    public func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest {
        do {
            return RunRequest(runner: Self.type, document: try JSONValue(encoding: job))
        } catch {
            throw BackendError(.invalid, "The container job cannot be written as JSON: \(error)")
        }
    }

    /// Checks the request without the engine, and that the environment provides what a rehearsal needs.
    public func validate(_ request: RunRequest) -> [Finding] {
        do {
            let job = try Self.job(of: request)
            let missing = job.rehearsalPlan.map { controllers.tools.missing(for: $0) } ?? []
            return DockerChecks.findings(of: job)
                + missing.map { Finding(.error, at: FieldPath(), $0.message, hint: $0.hint) }
        } catch {
            return [Finding(.error, at: FieldPath(), error.message)]
        }
    }

    static func job(of request: RunRequest) throws(BackendError) -> ContainerJob {
        guard request.runner == type else {
            throw BackendError(.invalid, "A request of runner '\(request.runner)' is not one of '\(type)'.")
        }
        do {
            return try request.document.decode(ContainerJob.self)
        } catch {
            throw BackendError(.invalid, "The request is not a container job: \(error)")
        }
    }

    static func containerID(of handle: RunHandle) throws(BackendError) -> String {
        guard handle.runner == type, let id = handle.fields[RunContainer.handleField] else {
            throw BackendError(.invalid, "The handle of run \(handle.runID) is not one of runner '\(type)'.")
        }
        return id
    }

    static func handle(_ runID: RunID, container id: String) -> RunHandle {
        RunHandle(runner: type, runID: runID, fields: [RunContainer.handleField: id])
    }

    /// Removes the container with its log and its anonymous volumes. For a rehearsal, removes all containers, the
    /// network and the folder.
    public func release(_ handle: RunHandle) async throws(BackendError) {
        if HostNames.isOne(handle) { return try await controllers.release(handle.runID) }
        let id = try Self.containerID(of: handle)
        let engine = try await connection.client()
        try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
        await memory.forget(id)
    }
}
