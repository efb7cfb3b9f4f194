internal import Synchronization

/// A FIFO semaphore. A cancelled waiter leaves the queue.
final class Places: Sendable {
    private struct State {
        var free: Int
        var lastTicket: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var line: [UInt64] = []
        var head = 0
        /// Tickets that were cancelled before they were queued.
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// Runs `body` with one permit. Throws `cancelled` if the task is cancelled while it waits.
    func with<Value>(_ body: () async throws(AWSError) -> Value) async throws(AWSError) -> Value {
        guard await take() else { throw .gaveUp }
        defer { giveBack() }
        return try await body()
    }

    private func take() async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let taken = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let now = state.withLock { state -> Bool? in
                    if state.cancelled.contains(ticket) { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting[ticket] = continuation
                    state.line.append(ticket)
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.cancelled.insert(ticket)
                return state.waiting.removeValue(forKey: ticket)
            }
            waiter?.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return taken
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            while state.head < state.line.count {
                let ticket = state.line[state.head]
                state.head += 1
                // The queue is trimmed rarely, so the cost of a step does not depend on its length.
                if state.head == state.line.count || state.head > 1024 {
                    state.line.removeFirst(state.head)
                    state.head = 0
                }
                if let waiter = state.waiting.removeValue(forKey: ticket) { return waiter }
            }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}

extension AWSError {
    /// The task was cancelled while it waited.
    static var gaveUp: AWSError { AWSError(.cancelled, "The call was cancelled.") }
}
