internal import Synchronization

/// Wakes one waiter: a signal that comes while nobody waits is kept, several are one.
final class Pulse: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the waiter, now or as soon as there is one.
    func signal() {
        state.withLock { state in
            guard let waiter = state.waiter else {
                state.isSet = true
                return nil as CheckedContinuation<Void, Never>?
            }
            state.waiter = nil
            return waiter
        }?.resume()
    }

    /// Waits for a signal, or until the time is up, or until the task is cancelled.
    func wait(upTo limit: Duration?, clock: HostClock) async {
        let timer = limit.map { limit in
            Task {
                try? await clock.sleep(limit)
                if !Task.isCancelled { signal() }
            }
        }
        defer { timer?.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isSet = state.withLock { state in
                    guard !state.isSet else {
                        state.isSet = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isSet { continuation.resume() }
            }
        } onCancel: {
            signal()
        }
    }
}
