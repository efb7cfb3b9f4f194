internal import Synchronization

/// Wakes one waiter: a signal that comes while nobody waits is kept, several are one.
final class Pulse: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Bool, Never>?
        /// The number of the wait that goes on, or was the last.
        var wait = 0
        /// The number of the last wait whose time was up.
        var over = 0
    }

    private let state = Mutex(State())

    /// Wakes the waiter, now or as soon as there is one.
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

    /// Waits for a signal, or until the time is up, or until the task is cancelled. Answers whether there was a signal,
    /// or a cancellation.
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

    /// Lets the waiter go without a signal, unless it is another by now. The time may be up before the wait has begun.
    private func endWait(_ number: Int) {
        state.withLock { state in
            guard state.wait == number else { return nil as CheckedContinuation<Bool, Never>? }
            state.over = number
            defer { state.waiter = nil }
            return state.waiter
        }?.resume(returning: false)
    }
}
