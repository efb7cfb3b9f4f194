extension Store {
    /// Moves a run on, with what its stage has made, and writes the event; both or nothing.
    ///
    /// Call it before an effect with what is about to be done, and after it with what came of it.
    /// - Parameters:
    ///   - token: the claim under which the caller holds the run.
    ///   - cause: why; it replaces the earlier one, also when it is nil.
    ///   - message: what happened, for the event.
    /// - Throws: `.stale` where the run has a new owner; `.refused` where its state does not lead to `state`.
    @discardableResult
    public func transition(
        _ id: RunID, token: Int64, to state: RunState, cause: Cause? = nil, message: String? = nil,
        changes: RunChanges = RunChanges()
    ) throws(StoreError) -> RunRecord {
        let now = now
        var changes = changes
        if state == .running, changes.startedAt == nil { changes.startedAt = now }
        if state.isTerminal, changes.endedAt == nil { changes.endedAt = now }
        if state.isTerminal { changes.endsWork = true }
        let values = try changes.values()
        let wasTaken = changes.handle != nil
        return try write { connection throws(StoreError) in
            let run = try Self.ownRun(id, token, connection)
            guard state != .queued, run.state.mayBecome(state) else {
                throw StoreError(
                    .refused, "The run '\(id)' is \(run.state.rawValue) and cannot become \(state.rawValue).")
            }
            let changed = try connection.first(
                """
                UPDATE runs SET state = ?, cause = ?, waiting_since = iif(?, NULL, waiting_since),
                    \(RunChanges.assignments) WHERE id = ? RETURNING *
                """,
                [.text(state.rawValue), try .words(cause), .flag(wasTaken)] + values + [.text(id.rawValue)]
            ) { row throws(StoreError) in try RunRecord(row) }
            try Self.addEvent(connection, id, state, cause: cause, message: message, at: now)
            return changed ?? run
        }
    }

    /// Begins another attempt of the backend at a run: notes how the last one ended, and goes back to `submitting` with the
    /// next request, which is written before it is sent.
    /// - Throws: `.stale` where the run has a new owner; `.refused` where it is to stop or has ended.
    public func beginAttempt(
        _ id: RunID, token: Int64, after past: PastAttempt, with request: RunRequest, message: String
    ) throws(StoreError) -> RunRecord {
        let now = now
        return try write { connection throws(StoreError) in
            let run = try Self.ownRun(id, token, connection)
            guard run.stopRequestedAt == nil, run.handle != nil, !run.state.isTerminal, run.state != .stopping else {
                throw StoreError(.refused, "The run '\(id)' is \(run.state.rawValue) and is not tried again.")
            }
            let changed = try connection.first(
                """
                UPDATE runs SET state = 'submitting', cause = ?, past_attempts = ?, request = ?, handle = NULL,
                    backend_status = NULL, started_at = NULL, working = 0, crashes = 0 WHERE id = ? RETURNING *
                """,
                [
                    try .words(past.cause), try .words((run.pastAttempts ?? []) + [past]), try .json(request),
                    .text(id.rawValue),
                ]
            ) { row throws(StoreError) in try RunRecord(row) }
            try Self.addEvent(connection, id, .submitting, cause: past.cause, message: message, at: now)
            return changed ?? run
        }
    }

    /// Keeps what a stage has made without moving the run, and without an event. Also for a run that has ended.
    /// - Throws: `.stale` where the run has a new owner.
    @discardableResult
    public func record(_ id: RunID, token: Int64, _ changes: RunChanges) throws(StoreError) -> RunRecord {
        let values = try changes.values()
        return try write { connection throws(StoreError) in
            let run = try Self.ownRun(id, token, connection)
            return try connection.first(
                "UPDATE runs SET \(RunChanges.assignments) WHERE id = ? RETURNING *", values + [.text(id.rawValue)]
            ) { row throws(StoreError) in try RunRecord(row) } ?? run
        }
    }

    /// Adds an event to a run without moving it: what a user should find in its story. One that has ended takes none.
    /// - Throws: `.stale` where the run has a new owner.
    public func note(_ id: RunID, token: Int64, _ message: String, cause: Cause? = nil) throws(StoreError) {
        let now = now
        try write { connection throws(StoreError) in
            let run = try Self.ownRun(id, token, connection)
            // The end is the last that there is to say of a run.
            guard !run.state.isTerminal else { return }
            try Self.addEvent(connection, id, run.state, cause: cause, message: message, at: now)
        }
    }
}
