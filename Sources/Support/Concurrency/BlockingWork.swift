internal import Dispatch

/// Runs blocking work on a separate thread, not on one of the few threads that all tasks share.
public func withBlockingWork<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        // On Linux, tasks run on the threads of the global queues. Each blocked one of these delays all tasks by a
        // second, until Dispatch notices and adds a thread. A serial queue has a thread of its own.
        DispatchQueue(label: "blocking work").async { continuation.resume(returning: body()) }
    }
}
