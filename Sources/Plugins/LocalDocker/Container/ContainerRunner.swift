internal import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The handle of a plain container.
struct ContainerHandle: Sendable, Hashable {
    let runID: RunID
    /// The engine's ID of the container.
    let container: String
}

/// Runs jobs of one plain container.
///
/// Containers carry the run ID in name and label, so another instance finds them.
struct ContainerRunner: Sendable {
    let tools: EngineTools
    let memory = RunMemory()
    private let submissions = KeyedLock<RunID>()

    init(tools: EngineTools) {
        self.tools = tools
    }

    /// Checks the job without the engine.
    func validate(_ job: ContainerJob) -> [Finding] { ContainerJobChecks.findings(of: job) }

    /// Creates and starts the run's container, or returns the one that an earlier call created from the same request.
    /// - Parameter codeFolder: the folder of this machine with the job's code, if it has some.
    func submit(
        _ job: ContainerJob, fingerprint: String, as runID: RunID, codeFolder: String? = nil
    ) async throws(BackendError) -> ContainerHandle {
        let submission = ContainerSubmission(
            engine: try await tools.connection.client(), images: tools.images, job: job, runID: runID,
            fingerprint: fingerprint, home: tools.homeIdentity, codeFolder: codeFolder)
        return try await submissions.withLock(
            runID, orThrow: BackendError(.cancelled, "The submit was cancelled.")
        ) { () async throws(BackendError) in
            ContainerHandle(runID: runID, container: try await submission.container())
        }
    }

    /// The container of the run; nil if there is none.
    func find(_ runID: RunID) async throws(BackendError) -> ContainerHandle? {
        let engine = try await tools.connection.client()
        let found = try await engineCall { () async throws(EngineError) in
            try await engine.container(RunContainer.name(runID))
        }
        guard let found, found.labels[RunContainer.runLabel] == runID.rawValue else { return nil }
        return ContainerHandle(runID: runID, container: found.id)
    }

    /// The log of both outputs, in the order in which the engine stored it.
    func logs(_ handle: ContainerHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        let connection = tools.connection
        return LogStream {
            let log = RunLog(connection, handle.runID, container: handle.container, from: cursor, follow: follow)
            return { () async throws(BackendError) in try await log.next() }
        }
    }

    /// Copies the outputs into `<folder>/outputs` and searches the log for the metrics.
    ///
    /// An output that cannot be kept is a warning of the outcome: the run has ended, and an error here would not
    /// help.
    func finish(
        _ job: ContainerJob, _ handle: ContainerHandle, into folder: String
    ) async throws(BackendError) -> Outcome {
        let engine = try await tools.connection.client()
        let found = try await engineCall { () async throws(EngineError) in
            try await engine.container(handle.container)
        }
        guard found != nil else {
            throw BackendError(.notFound, "The container of run \(handle.runID) no longer exists.")
        }
        var outcome = Outcome()
        var limits = tools.limits
        if let own = job.outputBytesLimit { limits.outputBytes = own }
        let collector = OutputCollector(
            engine: engine, container: handle.container, folder: "\(folder)/outputs", limits: limits)
        for (path, name) in OutputCollector.names(of: job.outputs) {
            let result = try await collector.collect(path, as: name)
            if let kept = result.path { outcome.outputs.append(Outcome.Output(name: path, path: kept)) }
            outcome.warnings += result.warnings
        }
        let log = EndedLog { logs(handle, from: nil, follow: false) }
        try await log.collectMetrics(of: job, into: &outcome)
        if let warning = await log.wrongFormat() { outcome.warnings.append(warning) }
        return outcome
    }

    /// Removes the container with its log and its anonymous volumes.
    func release(_ handle: ContainerHandle) async throws(BackendError) {
        let engine = try await tools.connection.client()
        try await engineCall { () async throws(EngineError) in try await engine.removeContainer(handle.container) }
        await memory.forget(handle.container)
    }
}
