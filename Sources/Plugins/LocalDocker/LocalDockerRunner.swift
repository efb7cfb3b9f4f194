internal import ContainerEngine
public import LaunchHost
internal import RegistryLogins

/// Runner `local-docker`: one container a run on the docker or podman engine of this machine.
///
/// It keeps nothing that matters in memory: containers carry the run's ID in name and label, so any other instance finds
/// them again.
public struct LocalDockerRunner: ContainerJobRunner {
    /// The value of `type`.
    public static let type = "local-docker"

    let connection: EngineConnection
    let images: ImagePulls
    /// The engine's own store of images.
    public let imageStore: (any Registry)?
    let memory = RunMemory()
    let submissions = KeyedLock<RunID>()
    /// Those of jobs with surroundings.
    let attendants: Attendants
    private let graceSeconds: Int
    let limits: TransferLimits

    /// A runner.
    /// - Parameters:
    ///   - engine: the engine's socket or address; nil finds it by `DOCKER_HOST` and the usual sockets.
    ///   - stopGraceSeconds: seconds between SIGTERM and SIGKILL where the template says nothing.
    ///   - limits: how much is copied between containers, this machine and object stores.
    ///   - registry: who knows the logins for images that have to be pulled; nil pulls without.
    ///   - environment: where objects and credentials for jobs with surroundings come from.
    ///   - variables: the environment of the process.
    ///   - log: where to say what happens.
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
        attendants = Attendants(
            RehearsalTools(
                connection: connection, images: images, environment: environment, variables: variables, log: log,
                limits: limits))
        self.limits = limits
        graceSeconds = stopGraceSeconds
    }

    /// The log goes with the container.
    public var keepsLogs: Bool { false }
    /// The engine is near and cheap to ask, and tells of changes by itself.
    public var pace: Pace { Pace(shortest: .milliseconds(200), longest: .seconds(10)) }

    /// The container job as a document.
    public func render(_ job: RunnableJob) throws(BackendError) -> RunRequest {
        try request(for: DockerRender(graceSeconds: graceSeconds).containerJob(job), as: job.job.runID)
    }

    /// The request that runs a container job here: its JSON. The run's ID is not part of it.
    public func request(for job: ContainerJob, as runID: RunID) throws(BackendError) -> RunRequest {
        do {
            return RunRequest(runner: Self.type, document: try JSONValue(encoding: job))
        } catch {
            throw BackendError(.invalid, "The container job cannot be written as JSON: \(error)")
        }
    }

    /// Everything that can be said without the engine: also what the environment does not reach of what the job needs.
    public func validate(_ request: RunRequest) -> [Finding] {
        do {
            let job = try Self.job(of: request)
            let missing = job.surroundings.map { attendants.tools.missing(for: $0) } ?? []
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
            throw BackendError(.invalid, "The request is no container job: \(error)")
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

    /// Frees the container with its log and its anonymous volumes; of a job with surroundings all containers, the
    /// network and the folder.
    public func release(_ handle: RunHandle) async throws(BackendError) {
        if HostNames.isOne(handle) { return try await attendants.release(handle.runID) }
        let id = try Self.containerID(of: handle)
        let engine = try await connection.client()
        try await engineCall { () async throws(EngineError) in try await engine.removeContainer(id) }
        await memory.forget(id)
    }
}
