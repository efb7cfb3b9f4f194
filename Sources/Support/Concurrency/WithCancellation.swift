/// Runs `body` as a child task, and cancels it when `event` is signalled. A kept signal cancels it from the beginning.
/// Returns the result of `body`, also after a cancellation.
public func withCancellation<Value: Sendable>(
    by event: AsyncEvent, _ body: @escaping @Sendable () async -> Value
) async -> Value {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            _ = await event.wait()
            return nil
        }
        while let result = await group.next() {
            group.cancelAll()
            if let result { return result }
        }
        preconditionFailure("the child task of the body returned no value")
    }
}
