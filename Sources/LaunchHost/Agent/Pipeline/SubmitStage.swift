internal import LaunchConcurrency

/// The submit stage: sends a stored request to the backend, and retries while the backend reports a temporary error. It
/// is idempotent, because the runner's `submit` is.
struct SubmitStage: Sendable {
    let runner: any Runner
    let clock: HostClock
    let log: Logger
    /// Whether the program is leaving and must not wait longer.
    let isLeaving: @Sendable () -> Bool

    /// A failed submit, or one with an unknown result.
    struct Failure: Error {
        let error: BackendError
        /// Whether the backend may nevertheless hold something of the run.
        let mayBeThere: Bool
    }

    /// Submits the run and returns its handle.
    ///
    /// The call itself is not cancelled when the run is stopped: a submit that is interrupted halfway is worse than an
    /// additional stop.
    func submit(_ request: RunRequest, as runID: RunID) async throws(Failure) -> RunHandle {
        let runner = runner
        var mayBeThere = false
        do throws(BackendError) {
            return try await retrying(runID) { () async throws(BackendError) in
                try await runner.submit(request, as: runID)
            } failed: { error in
                if !error.category.isRefusal { mayBeThere = true }
            }
        } catch {
            throw Failure(error: error, mayBeThere: mayBeThere)
        }
    }

    /// Finds what an earlier submit left in the backend, possibly of a program that died during the call; nil if there
    /// is nothing.
    ///
    /// Its waits are not cancelled either: a run must not be recorded as stopped while its container may run.
    func find(_ request: RunRequest, as runID: RunID) async throws(BackendError) -> RunHandle? {
        let runner = runner
        return try await retrying(runID, longest: .seconds(2), isCancellable: false) {
            () async throws(BackendError) in try await runner.find(request, as: runID)
        }
    }

    private func retrying<Value: Sendable>(
        _ runID: RunID, longest: Duration = .seconds(30), isCancellable: Bool = true,
        _ call: @escaping @Sendable () async throws(BackendError) -> Value, failed: (BackendError) -> Void = { _ in }
    ) async throws(BackendError) -> Value {
        let backoff = Backoff(first: .milliseconds(500), longest: longest)
        var tries = 0
        while true {
            tries += 1
            do {
                return try await withUncancelledTask(call)
            } catch {
                failed(error)
                guard error.isWorthRetrying, tries < Self.tries, !isLeaving() else { throw error }
                log.warning("the backend is asked again", ["run": runID.rawValue, "error": error.description])
                let rest = error.retryAfter ?? backoff.delay(after: tries)
                if isCancellable {
                    try? await clock.sleep(rest)
                    if Task.isCancelled { throw error }
                } else {
                    let clock = clock
                    await withUncancelledTask { try? await clock.sleep(rest) }
                }
            }
        }
    }

    /// With the waits between the tries, a submit takes about two minutes.
    private static let tries = 9
}
