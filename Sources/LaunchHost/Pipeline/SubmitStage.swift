/// The submit stage: hands a stored request to the backend, and tries again while the backend says that it may work
/// later. Idempotent, because the runner is.
struct SubmitStage: Sendable {
    let runner: any Runner
    let clock: HostClock
    let log: Logger
    /// Whether the program is leaving and must not wait any more.
    let isLeaving: @Sendable () -> Bool

    /// A submit that did not work, or of which nobody knows.
    struct Failure: Error {
        let error: BackendError
        /// Whether the backend may hold something of the run all the same.
        let mayBeThere: Bool
    }

    /// The handle of the run in the backend.
    ///
    /// The call itself is not cancelled when the run is stopped: half a submit is worse than one stop more.
    func submit(_ request: RunRequest, as runID: RunID) async throws(Failure) -> RunHandle {
        let runner = runner
        var mayBeThere = false
        do throws(BackendError) {
            return try await retrying(runID) { () async throws(BackendError) in
                try await runner.submit(request, as: runID)
            } failed: { error in
                if !error.isRefusal { mayBeThere = true }
            }
        } catch {
            throw Failure(error: error, mayBeThere: mayBeThere)
        }
    }

    /// What an earlier submit, perhaps of a program that died over it, has left in the backend; nil where nothing is.
    ///
    /// Nor are its waits cancelled: a run must not be recorded as stopped while its container may run.
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
        var wait = Duration.milliseconds(500)
        var tries = 0
        while true {
            tries += 1
            do {
                return try await Self.uncancelled(call).get()
            } catch {
                failed(error)
                guard error.isWorthRetrying, tries < Self.tries, !isLeaving() else { throw error }
                log.warning("the backend is asked again", ["run": runID.rawValue, "error": error.description])
                let rest = error.retryAfter ?? wait
                wait = min(wait * 2, longest)
                if isCancellable {
                    try? await clock.sleep(rest)
                    if Task.isCancelled { throw error }
                } else {
                    let clock = clock
                    await Task { try? await clock.sleep(rest) }.value
                }
            }
        }
    }

    /// With the waits between them, about two minutes for a submit.
    private static let tries = 9

    private static func uncancelled<Value: Sendable>(
        _ call: @escaping @Sendable () async throws(BackendError) -> Value
    ) async -> Result<Value, BackendError> {
        await Task { () -> Result<Value, BackendError> in
            do throws(BackendError) {
                return .success(try await call())
            } catch {
                return .failure(error)
            }
        }.value
    }
}

extension BackendError {
    /// Whether it says for certain that nothing was done.
    fileprivate var isRefusal: Bool {
        [
            .throttled, .unavailable, .expired, .unauthenticated, .capacity, .quota, .denied, .invalid, .configuration,
        ].contains(category)
    }
}
