/// The submit stage: hands a stored request to the backend, and tries again while the backend says that it may work
/// later. Idempotent, because the runner is.
struct SubmitStage: Sendable {
    let runner: any Runner
    let clock: HostClock
    let log: Logger
    /// Whether the program is leaving and must not wait any more.
    let isLeaving: @Sendable () -> Bool

    /// The handle of the run in the backend.
    ///
    /// The call itself is not cancelled when the run is stopped: half a submit is worse than one stop more.
    func submit(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle {
        var wait = Duration.milliseconds(500)
        var tries = 0
        while true {
            tries += 1
            do {
                return try await call(request, as: runID).get()
            } catch {
                guard error.isWorthRetrying, tries < Self.tries, !isLeaving() else { throw error }
                log.warning("submit will be tried again", ["run": runID.rawValue, "error": error.description])
                try? await clock.sleep(error.retryAfter ?? wait)
                wait = min(wait * 2, .seconds(30))
                if Task.isCancelled { throw error }
            }
        }
    }

    /// With the waits between them, about two minutes.
    private static let tries = 9

    private func call(_ request: RunRequest, as runID: RunID) async -> Result<RunHandle, BackendError> {
        await Task { () -> Result<RunHandle, BackendError> in
            do throws(BackendError) {
                return .success(try await runner.submit(request, as: runID))
            } catch {
                return .failure(error)
            }
        }.value
    }
}
