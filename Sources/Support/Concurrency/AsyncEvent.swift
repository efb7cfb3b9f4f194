internal import Synchronization

/// An event that wakes one waiting task per signal. A signal without a waiter is kept for the next wait; several such
/// signals count as one.
public final class AsyncEvent: Sendable {
    /// Why a wait ended.
    public enum WakeUp: Sendable {
        case signalled
        case timedOut
        case cancelled
    }

    private struct State {
        var isSet = false
        var waiters = WaiterQueue<WakeUp>()
    }

    private let state = Mutex(State())

    /// An event without a signal.
    public init() {}

    /// The number of waiting tasks.
    public var waiting: Int { state.withLock(\.waiters.count) }

    /// Wakes the first waiting task, or else the next one that waits.
    public func signal() {
        let first = state.withLock { state -> SingleValueFuture<WakeUp>? in
            if let waiter = state.waiters.removeFirst() { return waiter }
            state.isSet = true
            return nil
        }
        first?.set(.signalled)
    }

    /// Waits for a signal, for the time limit, or until the task is cancelled. A kept signal ends the wait at once.
    /// - Parameter sleep: waits for the time limit; ends early if its task is cancelled.
    public func wait(
        upTo limit: Duration? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async -> WakeUp {
        let waiter = SingleValueFuture<WakeUp>()
        let ticket = state.withLock { state -> UInt64? in
            guard !state.isSet else {
                state.isSet = false
                return nil
            }
            return state.waiters.append(waiter)
        }
        guard let ticket else { return .signalled }
        let timer = limit.map { limit in
            Task {
                try? await sleep(limit)
                if !Task.isCancelled { end(ticket, .timedOut) }
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await waiter.value
        } onCancel: {
            end(ticket, .cancelled)
        }
    }

    /// Has no effect if the wait has ended.
    private func end(_ ticket: UInt64, _ reason: WakeUp) {
        state.withLock { $0.waiters.remove(ticket) }?.set(reason)
    }
}
