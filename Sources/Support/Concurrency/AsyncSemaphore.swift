internal import Synchronization

/// A counting semaphore for tasks. Permits are granted in the order of the calls, and a cancelled task stops waiting.
public final class AsyncSemaphore: Sendable {
    private struct State {
        var free: Int
        var waiters = WaiterQueue<Bool>()
    }

    private let state: Mutex<State>

    /// A semaphore with `permits` permits, at least one.
    public init(permits: Int) {
        state = Mutex(State(free: max(1, permits)))
    }

    /// The number of tasks that wait for a permit.
    public var waiting: Int { state.withLock(\.waiters.count) }

    /// Waits for a permit. Returns false, without a permit, if the task is cancelled first. The caller must pass a
    /// permit to `release()`.
    public func acquire() async -> Bool {
        guard !Task.isCancelled else { return false }
        let waiter = SingleValueFuture<Bool>()
        let ticket = state.withLock { state -> UInt64? in
            guard state.free == 0 else {
                state.free -= 1
                return nil
            }
            return state.waiters.append(waiter)
        }
        guard let ticket else { return true }
        return await withTaskCancellationHandler {
            await waiter.value
        } onCancel: {
            // A waiter outside the queue already has the permit.
            state.withLock { $0.waiters.remove(ticket) }?.set(false)
        }
    }

    /// Returns a permit, or passes it to the first waiting task.
    public func release() {
        let next = state.withLock { state -> SingleValueFuture<Bool>? in
            if let waiter = state.waiters.removeFirst() { return waiter }
            state.free += 1
            return nil
        }
        next?.set(true)
    }

    /// Runs `body` with a permit.
    /// - Throws: `cancelled` if the task is cancelled before it has a permit, or what `body` throws.
    public func withPermit<Value, Failure: Error>(
        orThrow cancelled: @autoclosure () -> Failure, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard await acquire() else { throw cancelled() }
        defer { release() }
        return try await body()
    }
}
