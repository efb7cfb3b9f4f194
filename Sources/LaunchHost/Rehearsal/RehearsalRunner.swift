/// A rehearsal: the remote runner renders and validates its own request, and the local runner executes the container
/// job that is translated from it.
///
/// It conforms to `Runner`, so the pipeline does not know that it is a rehearsal.
package struct RehearsalRunner: CodeCarrying {
    package let remote: any Rehearsable
    package let local: any ContainerJobRunner
    private let jobs = TranslatedJobs()

    package init(remote: any Rehearsable, local: any ContainerJobRunner) {
        self.remote = remote
        self.local = local
    }

    /// The place of the code of the remote request. A rehearsal reads the folder itself.
    package func codePlace(of request: RunRequest) -> CodePlace? {
        (remote as? any CodeCarrying)?.codePlace(of: request)
    }

    package func codeRoot(of request: RunRequest) -> String? {
        (remote as? any CodeCarrying)?.codeRoot(of: request)
    }

    package func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { try remote.render(job) }

    /// The findings of the backend about its request, and of the engine about the container job.
    package func validate(_ request: RunRequest) -> [Finding] {
        var request = request
        // This tells the remote runner that the run is a rehearsal, also if the submitter gives no options.
        request.rehearsal = request.rehearsal ?? RehearsalOptions()
        let findings = remote.validate(request)
        guard !findings.contains(where: { $0.severity == .error }) else { return findings }
        do {
            return findings + local.validate(try localRequest(request, as: .random()))
        } catch {
            return findings + [Finding(.error, at: FieldPath(), error.message, hint: error.hint)]
        }
    }

    package func prepare(
        for request: RunRequest, progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) {
        try await local.prepare(for: localRequest(request, as: .random()), progress: progress)
    }

    package func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        try await local.submit(localRequest(request, as: runID), as: runID)
    }

    package func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        try await local.find(localRequest(request, as: runID), as: runID)
    }

    package func reach() async throws(BackendError) { try await local.reach() }

    package func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        try await local.observe(handles)
    }

    package func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        local.logs(handle, from: cursor, follow: follow)
    }

    package func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        try await local.stop(handle, grace: grace)
    }

    package func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError)
        -> Outcome
    {
        let job = try containerJob(request)
        let local = try local.request(for: job, as: handle.runID)
        var outcome = try await self.local.finish(handle, of: local, into: folder)
        let ended = EndedRehearsal(
            runID: handle.runID, request: request, options: request.rehearsal ?? RehearsalOptions(), job: job,
            timeline: try await self.local.timeline(of: handle))
        let record = RehearsalRecord(timeline: ended.timeline, report: remote.report(on: ended))
        outcome.outputs += try record.write(into: folder)
        return outcome
    }

    package func release(_ handle: RunHandle) async throws(BackendError) { try await local.release(handle) }
    package func sweep(_ standing: @escaping @Sendable (RunID) async -> RunStanding) async throws(BackendError) {
        try await local.sweep(standing)
    }

    package func changes() -> AsyncStream<Void>? { local.changes() }

    /// The container job of a request, translated once.
    private func containerJob(_ request: RunRequest) throws(BackendError) -> ContainerJob {
        var request = request
        request.rehearsal = request.rehearsal ?? RehearsalOptions()
        return try jobs.job(of: request, translate: translated)
    }

    private func translated(_ request: RunRequest) throws(BackendError) -> ContainerJob {
        let options = request.rehearsal ?? RehearsalOptions()
        var job = try remote.rehearsal(of: request, with: options)
        if request.isShared == true { job.hardening = (job.hardening ?? .init()).filled(from: .shared) }
        guard let rehearsalPlan = job.rehearsalPlan, rehearsalPlan.offersCredentials else { return job }
        // Regardless of what the remote runner does with the options, a queue's run never gets the credentials of the
        // agent.
        guard options.wantsCredentials, rehearsalPlan.role != nil || options.usesOwnCredentials == true else {
            throw BackendError(
                .denied, "A rehearsal of a queue's run does not get the agent's own credentials.",
                hint: "The queue must name a role for them.")
        }
        return job
    }

    private func localRequest(_ request: RunRequest, as runID: RunID) throws(BackendError) -> RunRequest {
        try local.request(for: containerJob(request), as: runID)
    }
}
