import Synchronization

/// The door to the one thread that drives libcurl: commands go in here, from anywhere, without waiting.
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
        let started = CurlThread.start(multi) { multi in
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

    /// Queues a command; false after `stop`.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.stopped else { return false }
            state.commands.append(command)
            // A filled queue means that a wake-up is under way already.
            if state.commands.count == 1 { state.waker?.wake() }
            return true
        }
    }

    /// Ends the thread, and all transfers as cancelled.
    func stop() {
        state.withLock { state in
            state.stopped = true
            state.waker?.wake()
        }
    }

    /// For the thread: what was asked since the last time, and whether this is the end.
    func take() -> (commands: [Command], stopped: Bool) {
        state.withLock { state in
            var commands: [Command] = []
            swap(&commands, &state.commands)
            return (commands, state.stopped)
        }
    }

    /// For the thread: nobody may wake it from here on.
    func forgetWaker() {
        state.withLock { $0.waker = nil }
    }
}
