/// Repeats a call after a transient failure: two more attempts, after waits that grow and have jitter, so that many
/// clients do not retry at once.
struct Backoff: Sendable {
    var attempts = 3
    var first: Duration = .milliseconds(200)
    /// The longest wait that a registry may request. If it requests more, the error is thrown to the caller.
    var longest: Duration = .seconds(5)

    func run<Value>(_ body: () async throws(OCIError) -> Value) async throws(OCIError) -> Value {
        var wait = first
        for _ in 1..<attempts {
            do throws(OCIError) {
                return try await body()
            } catch {
                guard error.isPassing, (error.retryAfter ?? .zero) <= longest else { throw error }
                let jittered = wait * Double.random(in: 0.5...1.5)
                do {
                    try await Task.sleep(for: max(jittered, error.retryAfter ?? .zero))
                } catch {
                    throw OCIError(.cancelled, "The request to the registry was cancelled.")
                }
                wait = wait * 3
            }
        }
        return try await body()
    }
}
