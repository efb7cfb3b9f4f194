internal import Dispatch

/// Runs blocking work on a separate thread, not on one of the few threads that all tasks share.
public func withBlockingWork<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: body()) }
    }
}
