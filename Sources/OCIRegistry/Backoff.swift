/// Tries again what failed for a passing reason: two more times, after waits that grow and differ by chance so that many
/// callers do not come back all at once.
struct Backoff: Sendable {
    var attempts = 3
    var first: Duration = .milliseconds(200)
    /// What a registry may ask to wait is followed up to here; beyond that, the caller is told.
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
                    throw OCIError(.cancelled, "The look-up in the registry was cancelled.")
                }
                wait = wait * 3
            }
        }
        return try await body()
    }
}
