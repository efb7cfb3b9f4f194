internal import LaunchConcurrency

/// Repeats a call after a transient failure: two more attempts, after waits that grow and have jitter.
struct RegistryRetry: Sendable {
    var attempts = 3
    /// Its longest delay is also the longest wait that a registry may request. If it requests more, the error is thrown
    /// to the caller.
    var backoff = Backoff(first: .milliseconds(200), factor: 3, longest: .seconds(5), jitter: .around(0.5))

    func run<Value>(_ body: () async throws(OCIError) -> Value) async throws(OCIError) -> Value {
        for attempt in 1..<attempts {
            do throws(OCIError) {
                return try await body()
            } catch {
                guard error.isPassing, (error.retryAfter ?? .zero) <= backoff.longest else { throw error }
                do {
                    try await Task.sleep(for: max(backoff.delay(after: attempt), error.retryAfter ?? .zero))
                } catch {
                    throw OCIError(.cancelled, "The request to the registry was cancelled.")
                }
            }
        }
        return try await body()
    }
}
