internal import Synchronization

/// A semaphore with one permit. Tasks get it in the order of their calls.
final class Turnstile: Sendable {
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var isTaken = false
        var line: [(ticket: UInt64, waiter: Waiter)] = []
        var lastTicket: UInt64 = 0
        /// The tickets of tasks that were cancelled before they waited.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// Waits for the permit. Returns true if the caller has it; the caller must then call `leave`. Returns false if its
    /// task was cancelled first.
    func enter() async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let hasTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let answer = state.withLock { state -> Bool? in
                    if state.cancelled.contains(ticket) { return false }
                    guard state.isTaken else {
                        state.isTaken = true
                        return true
                    }
                    state.line.append((ticket, waiter))
                    return nil
                }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.line.firstIndex(where: { $0.ticket == ticket }) else {
                    state.cancelled.insert(ticket)
                    return nil
                }
                return state.line.remove(at: index).waiter
            }
            waiter?.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return hasTurn
    }

    /// Passes the permit to the next task.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.line.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.line.removeFirst().waiter
        }
        next?.resume(returning: true)
    }
}
