internal import Synchronization

/// A value that is set once, by any task or thread, and awaited by any number of tasks.
public final class SingleValueFuture<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, Never>

    private struct State {
        var value: Value?
        var waiters: [UInt64: Waiter] = [:]
        var lastTicket: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A future without a value.
    public init() {}

    /// Sets the value and resumes all waiters. Later calls have no effect and return false.
    @discardableResult
    public func set(_ value: Value) -> Bool {
        let waiters = state.withLock { state -> [UInt64: Waiter]? in
            guard case .none = state.value else { return nil }
            state.value = .some(value)
            defer { state.waiters = [:] }
            return state.waiters
        }
        guard let waiters else { return false }
        for waiter in waiters.values { waiter.resume(returning: value) }
        return true
    }

    /// The value; waits until it is set, also in a cancelled task.
    public var value: Value {
        get async {
            await withCheckedContinuation { (waiter: Waiter) in
                if let value = add(waiter, newTicket(), ifCancelled: nil) { waiter.resume(returning: value) }
            }
        }
    }

    /// The value, or `fallback` if the task is cancelled before the value is set.
    public func value(ifCancelled fallback: Value) async -> Value {
        let ticket = newTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                if let value = add(waiter, ticket, ifCancelled: fallback) { waiter.resume(returning: value) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: fallback)
        }
    }

    private func newTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// Adds a waiter, or returns the value with which it continues at once.
    private func add(_ waiter: Waiter, _ ticket: UInt64, ifCancelled fallback: Value?) -> Value? {
        state.withLock { state in
            if let value = state.value { return value }
            // The cancellation handler may have run before this call. Then the task is already cancelled here, and
            // nothing would resume the waiter.
            if let fallback, Task.isCancelled { return fallback }
            state.waiters[ticket] = waiter
            return nil
        }
    }
}
