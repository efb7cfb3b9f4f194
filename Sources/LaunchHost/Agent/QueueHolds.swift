internal import FoundationEssentials
internal import LaunchConcurrency

/// The queues whose runs cannot start for a reason that concerns all of them, such as rejected credentials. A held queue
/// keeps its runs. After a wait one run is tried; the queue is open again as soon as a run does not fail for such a
/// reason.
struct QueueHolds: Sendable {
    private struct Hold {
        var error: BackendError
        var until: Date
        var attempts: Int
        /// Whether a run is tried.
        var isProbing = false
    }

    private static let rest = Backoff(first: .seconds(5), longest: .seconds(300))
    private var holds: [String: Hold] = [:]

    /// The queues of which a run may be claimed now.
    func open(_ queues: [String], now: Date) -> [String] {
        guard !holds.isEmpty else { return queues }
        return queues.filter { queue in
            guard let hold = holds[queue] else { return true }
            return !hold.isProbing && hold.until <= now
        }
    }

    /// Records that a run of the queue begins. In a held queue, no other run begins beside it.
    mutating func begin(_ queue: String) {
        holds[queue]?.isProbing = true
    }

    /// Holds the queue, for longer each time in a row.
    /// - Returns: the time at which the next run is tried.
    mutating func hold(_ queue: String, for error: BackendError, now: Date) -> Date {
        let earlier = holds[queue]
        // Runs that began together fail together; only the first of them counts.
        if let earlier, !earlier.isProbing, earlier.until > now { return earlier.until }
        let attempts = (earlier?.attempts ?? 0).saturatingAdding(1)
        let wait = error.retryAfter ?? Self.rest.delay(after: attempts)
        let until = now.addingTimeInterval(wait / .seconds(1))
        holds[queue] = Hold(error: error, until: until, attempts: attempts)
        return until
    }

    /// Ends the hold after a run that was not held.
    /// - Parameter wasSubmitted: whether the backend has the run. Another run that began before the hold and ended in
    ///   another way proves nothing.
    /// - Returns: whether the queue was held.
    mutating func end(_ queue: String, wasSubmitted: Bool) -> Bool {
        guard let hold = holds[queue], wasSubmitted || hold.isProbing else { return false }
        holds[queue] = nil
        return true
    }

    /// The queues that an error of the configuration holds, with the error. Such an error does not pass while the agent
    /// lives, because the agent reads its configuration once.
    var misconfigured: [String: BackendError] {
        holds.filter { $0.value.error.category == .configuration }.mapValues(\.error)
    }
}

extension RunDrive.End {
    /// Whether the backend has the run.
    var isSubmitted: Bool { if case .submitted = self { true } else { false } }
}
