internal import FoundationEssentials
public import LaunchPluginKit

extension LocalDockerRunner {
    /// Stores the job and begins it. `observe` reports its progress.
    func begin(
        _ job: ContainerJob, _ rehearsalPlan: RehearsalPlan, _ fingerprint: String, as runID: RunID
    ) async throws(BackendError) -> RunHandle {
        if let finding = DockerChecks.findings(of: job).first(where: { $0.severity == .error }) {
            throw BackendError(.invalid, "\(finding.path): \(finding.message)", hint: finding.hint)
        }
        if let missing = controllers.tools.missing(for: rehearsalPlan).first { throw missing }
        try await submissions.withLock(runID) { () async throws(BackendError) in
            try await controllers.begin(job, as: runID, fingerprint: fingerprint)
        }
        return HostNames.handle(runID)
    }

    /// Observations from the rehearsal controllers, without a call to the engine.
    func observeJobs(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
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

    /// Moves results without a destination, and results that could not be stored at theirs, into `<folder>/outputs`.
    /// Then searches the log for the metrics.
    func finish(_ job: ContainerJob, _ handle: RunHandle, into folder: String) async throws(BackendError) -> Outcome {
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
            try await collectMetrics(of: job, handle, into: &outcome)
            if let warning = await wrongFormat(handle) { outcome.warnings.append(warning) }
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

    /// The timeline of an ended rehearsal. For a plain container, only its end.
    public func timeline(of handle: RunHandle) async throws(BackendError) -> RehearsalTimeline {
        guard HostNames.isOne(handle) else {
            let end = try await observe([handle]).first
            return RehearsalTimeline(phase: end?.phase ?? .missing, cause: end?.cause)
        }
        guard let controller = try await controllers.controller(of: handle.runID) else {
            throw BackendError(.notFound, "The run \(handle.runID) is not a rehearsal, or was released.")
        }
        return await controller.timeline
    }
}
