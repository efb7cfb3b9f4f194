/// Waits for work no longer than it may take.
enum TimeLimit {
    /// The work's value, or nil where the time is over first. The work is cancelled then, and not waited for: what does
    /// not listen to that must not hold its caller.
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
