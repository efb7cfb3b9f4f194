internal import FoundationEssentials
internal import LaunchConcurrency

/// The queues whose runs cannot start for a reason that concerns all of them, such as rejected credentials. A held queue
/// keeps its runs. After a wait one run is tried; the queue is open again as soon as a run does not fail for such a
/// reason.
///
/// Whether an error of the configuration concerns all runs shows only when another run is tried. So the first such error
/// delays no run that has not failed itself, the run that is tried is one that has not failed yet, and a run that fails
/// for such an error before and after another run was accepted has caused it itself.
struct QueueHolds: Sendable {
    private struct Hold {
        var error: BackendError
        var until: Date
        var attempts: Int
        /// The run that is tried; no other run begins beside it.
        var probe: RunID?
        /// The runs that have failed for the reason of the hold.
        var failed: Set<RunID>

        /// Whether a run that has not failed may be tried before the wait is over.
        var needsSecondOpinion: Bool { error.category == .configuration && failed.count == 1 }
    }

    private static let rest = Backoff(first: .seconds(5), longest: .seconds(300))
    /// The largest number of runs of a queue that are remembered.
    private static let most = 1000
    private var holds: [String: Hold] = [:]
    /// The runs that failed for the reason of a hold which another run has ended. A run that failed alone counts
    /// twice.
    private var contradictions: [String: [RunID: Int]] = [:]

    /// The queues of which a run may be claimed now.
    func open(_ queues: [String], now: Date) -> [ClaimChoice] {
        queues.compactMap { queue in
            guard let hold = holds[queue] else { return ClaimChoice(queue: queue) }
            guard hold.probe == nil else { return nil }
            let isOver = hold.until <= now
            guard isOver || hold.needsSecondOpinion else { return nil }
            return ClaimChoice(queue: queue, avoided: hold.failed, mayTakeAvoided: isOver, isProbe: true)
        }
    }

    /// The queues of which no run starts for now.
    var held: Set<String> { Set(holds.keys) }

    /// Records that a run of the queue begins. In a held queue, no other run begins beside it.
    mutating func begin(_ run: RunID, of queue: String) {
        holds[queue]?.probe = run
    }

    /// Holds the queue, for longer each time in a row.
    /// - Returns: the time at which the next run is tried.
    mutating func hold(_ queue: String, after run: RunID, for error: BackendError, now: Date) -> Date {
        let earlier = holds[queue]
        var failed = earlier?.failed ?? []
        if failed.count >= Self.most { failed = [] }
        failed.insert(run)
        // Runs that began together fail together; only the first of them counts.
        if let earlier, earlier.probe != run, earlier.probe != nil || earlier.until > now {
            holds[queue]?.failed = failed
            return earlier.until
        }
        let attempts = (earlier?.attempts ?? 0).saturatingAdding(1)
        let wait = error.retryAfter ?? Self.rest.delay(after: attempts)
        let until = now.addingTimeInterval(wait / .seconds(1))
        holds[queue] = Hold(error: error, until: until, attempts: attempts, probe: nil, failed: failed)
        return until
    }

    /// Ends the hold after a run that was not held.
    /// - Parameter wasSubmitted: whether the backend has the run. Another run that began before the hold and ended in
    ///   another way proves nothing.
    /// - Returns: whether the queue was held.
    mutating func end(_ queue: String, after run: RunID, wasSubmitted: Bool) -> Bool {
        if wasSubmitted { contradictions[queue]?[run] = nil }
        guard let hold = holds[queue], wasSubmitted || hold.probe == run else { return false }
        holds[queue] = nil
        let wrong = hold.failed.subtracting([run])
        if wasSubmitted, hold.error.category == .configuration, !wrong.isEmpty {
            var known = contradictions[queue] ?? [:]
            if known.count >= Self.most { known = [:] }
            for other in wrong { known[other, default: 0] += hold.failed.count == 1 ? 2 : 1 }
            contradictions[queue] = known
        }
        return true
    }

    /// Whether a run failed for an error of the configuration, and the backend has accepted another run of the queue
    /// since then: once if no other run failed for it, otherwise twice. If it fails for such an error again, the run
    /// itself is the cause.
    func isContradicted(_ run: RunID, in queue: String) -> Bool { contradictions[queue]?[run] ?? 0 >= 2 }

    /// Forgets a run that has ended.
    mutating func forget(_ run: RunID, of queue: String) {
        holds[queue]?.failed.remove(run)
        contradictions[queue]?[run] = nil
    }

    /// The queues that an error of the configuration holds. Such an error does not pass while the agent lives, because
    /// the agent reads its configuration once.
    var misconfigured: [Misconfigured] {
        holds.filter { $0.value.error.category == .configuration }.map { queue, hold in
            Misconfigured(
                queue: queue, error: hold.error, failed: hold.failed, isConfirmed: hold.failed.count > 1,
                isProbing: hold.probe != nil)
        }.sorted { $0.queue < $1.queue }
    }

    /// A queue that an error of the configuration holds.
    struct Misconfigured: Sendable {
        var queue: String
        var error: BackendError
        /// The runs that have failed for it.
        var failed: Set<RunID>
        /// Whether several runs have. A single one may have caused the error itself.
        var isConfirmed: Bool
        /// Whether a run is tried.
        var isProbing: Bool
    }
}

extension RunDrive.End {
    /// Whether the backend has the run.
    var isSubmitted: Bool { if case .submitted = self { true } else { false } }
}
