internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchConcurrency
package import LaunchPluginKit

/// A container job that has a rehearsal plan.
package struct RehearsalJob: Sendable {
    package let job: ContainerJob
    let plan: RehearsalPlan

    package init(job: ContainerJob, plan: RehearsalPlan) {
        self.job = job
        self.plan = plan
    }
}

/// The handle of a rehearsal. Its folder, which the run ID names, has everything else.
package struct RehearsalHandle: Sendable, Hashable {
    package let runID: RunID

    package init(runID: RunID) {
        self.runID = runID
    }
}

/// Runs jobs with a rehearsal plan: one controller per job creates, watches and collects the containers of its hosts.
package struct RehearsalJobRunner: Sendable {
    let controllers: RehearsalControllers
    private let submissions = KeyedLock<RunID>()

    package init(_ tools: RehearsalTools) {
        controllers = RehearsalControllers(tools)
    }

    private var tools: RehearsalTools { controllers.tools }
    /// Signals that a rehearsal may have changed.
    package var changes: ChangeSignals { controllers.changes }

    /// Checks the job without the engine, and that the environment provides what it needs.
    package func validate(_ rehearsal: RehearsalJob) -> [Finding] {
        Self.findings(of: rehearsal)
            + tools.missing(for: rehearsal.plan).map { Finding(.error, at: FieldPath(), $0.message, hint: $0.hint) }
    }

    private static func findings(of rehearsal: RehearsalJob) -> [Finding] {
        ContainerJobChecks.findings(of: rehearsal.job) + RehearsalPlanChecks.findings(of: rehearsal.plan, rehearsal.job)
    }

    /// Stores the job and begins it. `observe` reports its progress.
    package func submit(
        _ rehearsal: RehearsalJob, fingerprint: String, as runID: RunID
    ) async throws(BackendError) -> RehearsalHandle {
        // An engine that does not respond must not leave a begun job.
        _ = try await tools.engine.connection.client()
        if let finding = Self.findings(of: rehearsal).first(where: { $0.severity == .error }) {
            throw BackendError(.invalid, "\(finding.path): \(finding.message)", hint: finding.hint)
        }
        if let missing = tools.missing(for: rehearsal.plan).first { throw missing }
        try await submissions.withLock(
            runID, orThrow: BackendError(.cancelled, "The submit was cancelled.")
        ) { () async throws(BackendError) in
            try await controllers.begin(rehearsal.job, as: runID, fingerprint: fingerprint)
        }
        return RehearsalHandle(runID: runID)
    }

    /// The rehearsal of the run that any process has begun; nil if there is none.
    package func find(_ runID: RunID) async throws(BackendError) -> RehearsalHandle? {
        try await controllers.knows(runID) ? RehearsalHandle(runID: runID) : nil
    }

    /// Observations from the controllers, without a call to the engine.
    package func observe(_ handles: [RehearsalHandle]) async throws(BackendError) -> [Observation] {
        var observations: [Observation] = []
        for handle in handles {
            var reason = "the folder of the rehearsal no longer exists"
            do throws(BackendError) {
                if let controller = try await controllers.controller(of: handle.runID) {
                    observations.append(await controller.observation)
                    continue
                }
            } catch {
                // A malformed file does not become readable later. The other rehearsals continue.
                guard error.category == .malformed else { throw error }
                reason = error.message
            }
            observations.append(
                Observation(
                    runID: handle.runID, phase: .missing, cause: Cause(.lost, reason), backendStatus: "removed"))
        }
        return observations
    }

    /// The merged log of all hosts.
    package func logs(_ handle: RehearsalHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        let controllers = controllers
        return LogStream {
            let log = HostsLog(
                controllers.tools.engine.connection, controllers, handle.runID, from: cursor, follow: follow)
            return { () async throws(BackendError) in try await log.next() }
        }
    }

    /// Requests the end of all hosts.
    package func stop(_ handle: RehearsalHandle, grace: Duration?) async throws(BackendError) {
        try await controllers.controller(of: handle.runID)?.stop(grace: grace)
    }

    /// Moves results without a destination, and results that could not be stored at theirs, into `<folder>/outputs`.
    /// Then searches the log for the metrics.
    package func finish(
        _ job: ContainerJob, _ handle: RehearsalHandle, into folder: String
    ) async throws(BackendError) -> Outcome {
        guard let controller = try await controllers.controller(of: handle.runID), await controller.hasEnded else {
            throw BackendError(.notFound, "The rehearsal of run \(handle.runID) does not exist or has not ended.")
        }
        var outcome = Outcome()
        let timeline = await controller.timeline
        for result in timeline.results {
            let own = "\(folder)/outputs/\(result.name)"
            let place = try Self.keep(result, of: controller.folder, at: own)
            outcome.outputs.append(Outcome.Output(name: result.name, path: place))
            let wanted = job.rehearsalPlan?.results.first { $0.name == result.name }?.destination
            if let wanted, place == own {
                outcome.warnings.append("\(result.name) could not be copied to \(wanted); it is kept as \(place).")
            }
        }
        if !timeline.hosts.isEmpty {
            let log = EndedLog { logs(handle, from: nil, follow: false) }
            try await log.collectMetrics(of: job, into: &outcome)
            if let warning = await log.wrongFormat() { outcome.warnings.append(warning) }
        }
        outcome.warnings += timeline.notes
        try await controller.finished(results: outcome.outputs, metrics: outcome.metrics)
        return outcome
    }

    private static func keep(
        _ result: Outcome.Output, of rehearsal: RehearsalFolder, at place: String
    ) throws(BackendError) -> String {
        guard result.path.hasPrefix("\(rehearsal.results)/") else { return result.path }
        let manager = FileManager.default
        // After a crash it may already have been moved.
        guard manager.fileExists(atPath: result.path) else { return place }
        do {
            let folder = String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)])
            try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? manager.removeItem(atPath: place)
            try manager.moveItem(atPath: result.path, toPath: place)
        } catch {
            throw BackendError(.internalFault, "\(result.name) cannot be moved to \(place): \(FileFault.words(error))")
        }
        return place
    }

    /// The timeline of an ended rehearsal.
    package func timeline(of handle: RehearsalHandle) async throws(BackendError) -> RehearsalTimeline {
        guard let controller = try await controllers.controller(of: handle.runID) else {
            throw BackendError(.notFound, "The run \(handle.runID) is not a rehearsal, or was released.")
        }
        return await controller.timeline
    }

    /// Removes all containers, the network and the folder.
    package func release(_ handle: RehearsalHandle) async throws(BackendError) {
        try await controllers.release(handle.runID)
    }

    /// Removes the folder of a rehearsal whose containers and networks are gone.
    package func forget(_ runID: RunID) async throws(BackendError) {
        try await controllers.forget(runID)
    }
}
