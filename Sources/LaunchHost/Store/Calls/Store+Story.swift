internal import FoundationEssentials

extension Store {
    /// Adds to the event log the steps of a backend's history that the log lacks: an observation may come after an
    /// interruption has ended. An event has the time of its step. A run that has ended gets no events.
    /// - Parameter story: the steps of the present attempt, oldest first.
    /// - Throws: `.stale` if the run has a new owner.
    public func recordHistory(_ story: [PastStep], of id: RunID, token: Int64) async throws(StoreError) {
        try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.ownRun(id, token, connection)
            guard !run.state.isTerminal else { return }
            for step in Self.unrecorded(of: story, recorded: try Self.notes(of: id, connection)) {
                try Self.addEvent(
                    connection, id, step.phase.state, cause: nil, message: step.message,
                    at: min(Timestamp(step.at), now))
            }
        }
    }

    /// The messages of the present attempt, with their times.
    private static func notes(
        of id: RunID, _ connection: any Connection
    ) throws(StoreError) -> [(at: Timestamp, message: String)] {
        try connection.rows(
            """
            SELECT at, message FROM events WHERE run_id = ?1 AND message IS NOT NULL AND seq > coalesce(
                (SELECT max(seq) FROM events WHERE run_id = ?1 AND state = 'submitting'), 0)
            ORDER BY at
            """, [.text(id.rawValue)]
        ) { row throws(StoreError) in (try row.time("at"), try row.text("message")) }
    }

    /// The steps without an event. An event belongs to the last step before it, because it was written at an
    /// observation and so after the step. If the clocks differ too much for that, it belongs to the first step without
    /// an event.
    static func unrecorded(of story: [PastStep], recorded notes: [(at: Timestamp, message: String)]) -> [PastStep] {
        var open = story
        var early: [String] = []
        for note in notes {
            let latest = note.at.date.addingTimeInterval(clockDifference)
            if let index = open.lastIndex(where: { $0.message == note.message && $0.at <= latest }) {
                open.remove(at: index)
            } else {
                early.append(note.message)
            }
        }
        for message in early {
            if let index = open.firstIndex(where: { $0.message == message }) { open.remove(at: index) }
        }
        return open
    }

    /// The maximum time by which the backend's clock may be ahead of this machine's clock, in seconds.
    private static let clockDifference = 60.0
}

extension Observation.Phase {
    /// The state of a run in this phase.
    fileprivate var state: RunState {
        switch self {
        case .starting: .starting
        case .running: .running
        case .stopping: .stopping
        case .succeeded: .succeeded
        case .failed, .missing: .failed
        case .stopped: .stopped
        }
    }
}
