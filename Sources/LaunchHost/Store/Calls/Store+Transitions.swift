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
            try Self.transition(id, token, to: state, cause: cause, message: message, changes, connection)
        }
    }

    static func transition(
        _ id: RunID, _ token: Int64, to state: RunState, cause: Cause?, message: String?, _ changes: RunChanges,
        _ connection: any Connection
    ) throws(StoreError) -> RunRecord {
        let now = try connection.now
        var changes = changes
        if state == .running, changes.startedAt == nil { changes.startedAt = now }
        if state.isTerminal, changes.endedAt == nil { changes.endedAt = now }
        if state.isTerminal { changes.endsWork = true }
        let values = try changes.values()
        let wasTaken = changes.handle != nil
        let assignments = """
            state = ?, cause = ?, waiting_since = CASE WHEN ? = 0 THEN waiting_since END, \(RunChanges.assignments)
            """
        let assigned = [.text(state.rawValue), try .words(cause), .flag(wasTaken)] + values
        let event = NewEvent(run: id, state: state, cause: cause, message: message, time: now)
        let earlier = state == .queued ? [] : RunState.allCases.filter { $0.mayBecome(state) }
        let changed = try change(id, token, from: earlier, assignments, assigned, adding: event, connection)
        if let changed { return changed }
        let run = try held(id, token, connection)
        guard state != .queued, run.state.mayBecome(state) else {
            throw StoreError(
                .refused, "The run '\(id)' is \(run.state.rawValue) and cannot become \(state.rawValue).")
        }
        // The column holds a state that this version does not know.
        if let changed = try change(id, token, assignments, assigned, adding: event, connection) { return changed }
        return try knownRun(id, connection)
    }

    /// Changes a run for the owner of its present claim, and adds an event: one statement on a server, because the
    /// exchange of each costs more than its work.
    /// - Parameters:
    ///   - states: the states from which the change is permitted; nil permits all.
    ///   - assignments: what follows SET, with `values` for its parameters.
    /// - Returns: nil without a change, if the claim has ended or the state is another one.
    static func change(
        _ id: RunID, _ token: Int64, from states: [RunState]? = nil, _ assignments: String, _ values: [SQLValue],
        adding event: NewEvent? = nil, _ connection: any Connection
    ) throws(StoreError) -> RunRecord? {
        var condition = ""
        if let states {
            guard !states.isEmpty else { return nil }
            condition = "AND state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
        }
        return try connection.update(
            """
            UPDATE runs SET \(assignments)
            WHERE id = ? AND claim_token = ? AND owner IS NOT NULL \(condition) RETURNING *
            """, values + [.text(id.rawValue), .integer(token)], adding: event
        ) { row throws(StoreError) in try RunRecord(row) }
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
            if let run = try Self.change(id, token, RunChanges.assignments, values, connection) { return run }
            // Throws the error for an unknown run or an ended claim.
            return try Self.ownRun(id, token, connection)
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
