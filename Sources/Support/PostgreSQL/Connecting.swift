internal import Dispatch
internal import Glibc
internal import LaunchConcurrency
internal import Synchronization

/// Opens connections within a limit of time.
///
/// It runs on a thread of its own, because the lookup of a name has no limit of time. If the limit passes, the caller goes
/// on, and the thread closes the connection when the lookup ends.
enum Connecting {
    /// Where the thread leaves the connection, unless the caller has given up.
    private final class Handover: Sendable {
        private enum State {
            case open, abandoned
            case done(Result<PQHandle, PQError>)
        }

        private let state = Mutex(State.open)
        private let signal = DispatchSemaphore(value: 0)

        func put(_ result: Result<PQHandle, PQError>) {
            state.withLock { state in
                if case .open = state { state = .done(result) }
            }
            signal.signal()
        }

        /// Nil if nothing arrives in time.
        func take(within limit: Duration) -> Result<PQHandle, PQError>? {
            let milliseconds = limit / .milliseconds(1)
            _ = signal.wait(timeout: .now() + .milliseconds(Int(min(milliseconds, 1e9))))
            return state.withLock { state in
                defer { state = .abandoned }
                if case .done(let result) = state { return result }
                return nil
            }
        }
    }

    /// A connection that is logged in.
    static func open(_ keywords: [(name: String, value: String)], limits: PQLimits) throws(PQError) -> PQHandle {
        let handover = Handover()
        let password = keywords.last { $0.name == "password" }?.value
        guard
            QuietThread.start(
                keywords, { keywords in handover.put(attempt(keywords, limits: limits, password: password)) })
        else { throw PQError(.other, "The system cannot start a thread for a connection to the database.") }
        // The thread ends by itself at the limit if only the network is slow, and has the better message.
        guard let result = handover.take(within: limits.connect + .milliseconds(500)) else {
            throw PQError(.timedOut, "The lookup of the database's host name took longer than \(limits.connect).")
        }
        return try result.get()
    }

    private static func attempt(
        _ keywords: [(name: String, value: String)], limits: PQLimits, password: String?
    ) -> Result<PQHandle, PQError> {
        let deadline = Deadline(after: limits.connect)
        guard let handle = PQHandle(keywords: keywords) else {
            return .failure(PQError(.other, "The memory does not suffice for a connection to the database."))
        }
        guard !handle.isFailed else {
            return .failure(PQError(connecting: handle.message, password: password))
        }
        var events = POLLOUT
        var address = Deadline(after: limits.address)
        while !deadline.hasPassed {
            let wait = handle.awaitsAddress ? min(address, deadline) : deadline
            wait.wait(for: events, of: handle.socket)
            if handle.awaitsAddress, address.hasPassed { handle.skipAddress() }
            switch handle.proceed() {
            case .reading: events = POLLIN
            case .writing: events = POLLOUT
            case .connected: return .success(handle)
            case .failed: return .failure(PQError(connecting: handle.message, password: password))
            }
            // An address is asked once, so the connection now waits for another one.
            if handle.awaitsAddress { address = Deadline(after: limits.address) }
        }
        return .failure(
            PQError(.timedOut, "The server did not complete the connection within \(limits.connect)."))
    }
}
