internal import Synchronization

/// An event with one waiter. A signal without a waiter is kept; several signals count as one.
final class Pulse: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Bool, Never>?
        /// The number of the current or last wait.
        var wait = 0
        /// The number of the last wait that timed out.
        var over = 0
    }

    private let state = Mutex(State())

    /// Wakes the waiter, now or at its next wait.
    func signal() {
        state.withLock { state in
            guard let waiter = state.waiter else {
                state.isSet = true
                return nil as CheckedContinuation<Bool, Never>?
            }
            state.waiter = nil
            return waiter
        }?.resume(returning: true)
    }

    /// Waits for a signal, for the time limit, or until the task is cancelled. Returns whether there was a signal or a
    /// cancellation.
    @discardableResult
    func wait(upTo limit: Duration?, clock: HostClock) async -> Bool {
        let number = state.withLock { state in
            state.wait += 1
            return state.wait
        }
        let timer = limit.map { limit in
            Task {
                try? await clock.sleep(limit)
                if !Task.isCancelled { endWait(number) }
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.isSet {
                        state.isSet = false
                        return true
                    }
                    if state.over == number { return false }
                    state.waiter = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            signal()
        }
    }

    /// Times out wait `number`: resumes its waiter without a signal, and does nothing if a newer wait has started. The
    /// call may come before the waiter suspends.
    private func endWait(_ number: Int) {
        state.withLock { state in
            guard state.wait == number else { return nil as CheckedContinuation<Bool, Never>? }
            state.over = number
            defer { state.waiter = nil }
            return state.waiter
        }?.resume(returning: false)
    }
}
