internal import LaunchConcurrency

/// Waits for an operation for a limited time.
enum TimeLimit {
    /// The result of the operation, or nil if the time limit passes first. The operation is then cancelled but not
    /// awaited, so an operation that ignores cancellation cannot block the caller.
    static func value<Value: Sendable>(
        within limit: Duration, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let result = SingleValueFuture<Value?>()
        let working = Task { result.set(await work()) }
        let waiting = Task {
            try await Task.sleep(for: limit)
            result.set(nil)
        }
        defer {
            working.cancel()
            waiting.cancel()
        }
        return await result.value(ifCancelled: nil)
    }
}
