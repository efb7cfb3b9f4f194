/// Waits for an operation for a limited time.
enum TimeLimit {
    /// The result of the operation, or nil if the time limit passes first. The operation is then cancelled but not
    /// awaited, so an operation that ignores cancellation cannot block the caller.
    static func value<Value: Sendable>(
        within limit: Duration, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let (values, continuation) = AsyncStream.makeStream(of: Value?.self, bufferingPolicy: .bufferingOldest(1))
        let working = Task { continuation.yield(await work()) }
        let waiting = Task {
            try await Task.sleep(for: limit)
            continuation.yield(nil)
        }
        defer {
            working.cancel()
            waiting.cancel()
        }
        for await value in values { return value }
        return nil
    }
}
