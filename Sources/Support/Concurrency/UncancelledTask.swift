/// Runs `body` to its end, also if the calling task is cancelled before or meanwhile: a cancelled task can neither send
/// nor wait.
public func withUncancelledTask<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result = await Task { () -> Result<Value, Failure> in
        do throws(Failure) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }.value
    return try result.get()
}
