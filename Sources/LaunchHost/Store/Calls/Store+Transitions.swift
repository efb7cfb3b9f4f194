extension Store {
    /// Changes the state of a run, stores the result of its stage, and adds the event; all or nothing.
    ///
    /// Call it before an effect with the intent, and after the effect with the result.
    /// - Parameters:
    ///   - token: the fencing token of the caller's claim.
    ///   - cause: the cause of the state; it replaces the earlier cause, even if it is nil.
    ///   - message: the text of the event.
    /// - Throws: `.stale` if the run has a new owner; `.refused` if its state must not change to `state`.
    @discardableResult
    package func transition(
        _ id: RunID, token: Int64, to state: RunState, cause: Cause? = nil, message: String? = nil,
        changes: RunChanges = RunChanges()
    ) async throws(StoreError) -> RunRecord {
        try await write { connection throws(StoreError) in
            let run = try Self.held(id, token, connection)
            return try Self.transition(id, run, to: state, cause: cause, message: message, changes, connection)
        }
    }

    static func transition(
        _ id: RunID, _ run: Held, to state: RunState, cause: Cause?, message: String?, _ changes: RunChanges,
        _ connection: any Connection
    ) throws(StoreError) -> RunRecord {
        let now = try connection.now
        var changes = changes
        if state == .running, changes.startedAt == nil { changes.startedAt = now }
        if state.isTerminal, changes.endedAt == nil { changes.endedAt = now }
        if state.isTerminal { changes.endsWork = true }
        let values = try changes.values()
        let wasTaken = changes.handle != nil
        guard state != .queued, run.state.mayBecome(state) else {
            throw StoreError(
                .refused, "The run '\(id)' is \(run.state.rawValue) and cannot become \(state.rawValue).")
        }
        let changed = try connection.first(
            """
            UPDATE runs SET state = ?, cause = ?, waiting_since = CASE WHEN ? = 0 THEN waiting_since END,
                \(RunChanges.assignments) WHERE id = ? RETURNING *
            """,
            [.text(state.rawValue), try .words(cause), .flag(wasTaken)] + values + [.text(id.rawValue)]
        ) { row throws(StoreError) in try RunRecord(row) }
        try addEvent(connection, id, state, cause: cause, message: message, at: now)
        if let changed { return changed }
        return try knownRun(id, connection)
    }

    /// Begins another attempt of a run: records how the last attempt ended, and returns to `submitting` with the next
    /// request, which is stored before it is sent.
    /// - Throws: `.stale` if the run has a new owner; `.refused` if it has a stop request or has ended.
    public func beginAttempt(
        _ id: RunID, token: Int64, after past: PastAttempt, with request: RunRequest, message: String
    ) async throws(StoreError) -> RunRecord {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.ownRun(id, token, connection)
            guard run.stopRequestedAt == nil, case .submitted = run.stage, run.state != .stopping else {
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

    /// Stores the result of a stage without a change of state and without an event. Also possible for a run that has
    /// ended.
    /// - Throws: `.stale` if the run has a new owner.
    @discardableResult
    public func record(_ id: RunID, token: Int64, _ changes: RunChanges) async throws(StoreError) -> RunRecord {
        let values = try changes.values()
        return try await write { connection throws(StoreError) in
            _ = try Self.held(id, token, connection)
            let changed = try connection.first(
                "UPDATE runs SET \(RunChanges.assignments) WHERE id = ? RETURNING *", values + [.text(id.rawValue)]
            ) { row throws(StoreError) in try RunRecord(row) }
            if let changed { return changed }
            return try Self.knownRun(id, connection)
        }
    }

    /// Adds an event to a run without a change of state. A run that has ended gets no events.
    /// - Throws: `.stale` if the run has a new owner.
    public func note(_ id: RunID, token: Int64, _ message: String, cause: Cause? = nil) async throws(StoreError) {
        try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.held(id, token, connection)
            // The end is the last event of a run.
            guard !run.state.isTerminal else { return }
            try Self.addEvent(connection, id, run.state, cause: cause, message: message, at: now)
        }
    }
}
