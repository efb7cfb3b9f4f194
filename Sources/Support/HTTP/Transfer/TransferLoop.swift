import LaunchConcurrency
import Synchronization

/// The interface to the thread that drives libcurl. Any thread can post commands, without waiting.
final class TransferLoop: Sendable {
    enum Command: Sendable {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
    }

    private struct State {
        var commands: [Command] = []
        var stopped = false
        var waker: CurlWaker?
    }

    private let state = Mutex(State())

    init(_ configuration: HTTPClient.Configuration) {
        guard let multi = CurlMulti(idleConnections: configuration.maxConcurrentRequests) else {
            state.withLock { $0.stopped = true }
            return
        }
        state.withLock { $0.waker = multi.waker }
        let started = QuietThread.start(multi) { multi in
            LoopThread(loop: self, multi: multi, configuration: configuration).run()
        }
        if !started {
            forgetWaker()
            stop()
        }
    }

    func start(_ transfer: Transfer) {
        if !post(.start(transfer)) {
            transfer.fail(HTTPError(.cancelled, "the HTTP client is shut down", host: transfer.target.host))
        }
    }

    /// Queues a command. False after `stop`.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.stopped else { return false }
            state.commands.append(command)
            // If the queue was not empty, a wake-up is already on its way.
            if state.commands.count == 1 { state.waker?.wake() }
            return true
        }
    }

    /// Ends the thread and cancels all transfers.
    func stop() {
        state.withLock { state in
            state.stopped = true
            state.waker?.wake()
        }
    }

    /// Called by the thread: the commands since the last call, and whether the loop was stopped.
    func take() -> (commands: [Command], stopped: Bool) {
        state.withLock { state in
            var commands: [Command] = []
            swap(&commands, &state.commands)
            return (commands, state.stopped)
        }
    }

    /// Called by the thread when it ends: from here on, the handle must not be woken.
    func forgetWaker() {
        state.withLock { $0.waker = nil }
    }
}
