/// A rehearsal: the remote runner renders and validates its own request, the local one runs what it means.
///
/// It is a runner like any other, so the pipeline does not know that it rehearses.
struct RehearsalRunner: Runner {
    let remote: any Rehearsable
    let local: any ContainerJobRunner

    var keepsLogs: Bool { local.keepsLogs }
    var pace: Pace { local.pace }

    func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { try remote.render(job) }
    func validate(_ request: RunRequest) -> [Finding] { remote.validate(request) }

    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        try await local.submit(localRequest(request, as: runID), as: runID)
    }

    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        try await local.find(localRequest(request, as: runID), as: runID)
    }

    func reach() async throws(BackendError) { try await local.reach() }

    func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
        try await local.observe(handles)
    }

    func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
        local.logs(handle, from: cursor, follow: follow)
    }

    func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
        try await local.stop(handle, grace: grace)
    }

    func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError) -> Outcome
    {
        try await local.finish(handle, of: localRequest(request, as: handle.runID), into: folder)
    }

    func release(_ handle: RunHandle) async throws(BackendError) { try await local.release(handle) }
    func changes() -> AsyncStream<Void>? { local.changes() }

    private func localRequest(_ request: RunRequest, as runID: RunID) throws(BackendError) -> RunRequest {
        try local.request(for: remote.rehearsal(of: request), as: runID)
    }
}
