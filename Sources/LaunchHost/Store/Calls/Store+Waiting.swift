/// Explains why a run waits.
extension Store {
    /// The reason why a run waits and what the user can do, as a clause without a full stop; nil if no reason is known.
    /// - Throws: `StoreError` if the database cannot be read.
    public func waitReason(of run: RunRecord) async throws(StoreError) -> String? {
        if run.state.isTerminal { return nil }
        return try await waitReasonBesideStatus(of: run)
            ?? (run.state == .queued ? nil : run.backendStatus ?? run.cause?.message)
    }

    /// Why a run waits, if neither its status in the backend nor its cause says it.
    public func waitReasonBesideStatus(of run: RunRecord) async throws(StoreError) -> String? {
        if run.state.isTerminal { return nil }
        guard run.state == .queued else { return try await ownerReason(of: run) }
        guard let queue = run.queue else { return nil }
        let cause = run.cause.map { ": \($0.message)" } ?? ""
        if try await isPaused(queue) { return "queue '\(queue)' is paused; 'launch queue resume \(queue)' resumes it" }
        if let reason = await agentReason(of: queue) {
            return reason + (cause.isEmpty ? "" : "; the last try ended\(cause)")
        }
        if let time = run.notBefore, time > now { return "it is tried again at \(time)\(cause)" }
        let ahead = try await countAhead(of: run, in: queue)
        guard ahead == 0 else { return "\(Wording.count(ahead, "run")) of queue '\(queue)' before it" }
        let held = try await countHeld(in: queue)
        return held == 0
            ? nil : "the agents of queue '\(queue)' hold \(Wording.count(held, "run")), up to their 'max_jobs'"
    }

    private func isPaused(_ queue: String) async throws(StoreError) -> Bool {
        try await database.read { connection throws(StoreError) in
            try connection.first("SELECT paused FROM queues WHERE name = ?", [.text(queue)]) { row throws(StoreError) in
                try row.flag("paused")
            } ?? false
        }
    }

    /// Why no agent claims runs of the queue; nil if an agent does.
    private func agentReason(of queue: String) async -> String? {
        let agents = await livingOwners().filter { $0.kind == "agent" && $0.queues.contains(queue) }
        guard let first = agents.first else {
            return "no agent serves queue '\(queue)'; 'launch agent -q \(queue)' starts one"
        }
        for agent in agents where await suspendedOwner(agent.id) == nil { return nil }
        return "the agent of queue '\(queue)' is suspended; 'kill -CONT \(first.pid)' resumes it"
    }

    /// Why no owner drives a run under way; nil if its owner does.
    private func ownerReason(of run: RunRecord) async throws(StoreError) -> String? {
        if await isAlive(run.owner) {
            return await suspendedOwner(run.owner).map { record in
                "the \(record.kind) that holds it is suspended; 'kill -CONT \(record.pid)' resumes it"
            }
        }
        guard let queue = run.queue else {
            return "no process holds it; the next agent of a queue for \(run.resource) takes it over"
        }
        return "no process holds it; \(await agentReason(of: queue) ?? "the next agent takes it over")"
    }

    /// The number of ready runs that an agent claims first.
    private func countAhead(of run: RunRecord, in queue: String) async throws(StoreError) -> Int {
        let time = now
        return try await database.read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT count(*) AS n FROM runs WHERE state = 'queued' AND queue = ?1 AND stop_requested_at IS NULL
                    AND (not_before IS NULL OR not_before <= ?2)
                    AND (priority < ?3 OR (priority = ?3 AND sequence < ?4))
                """, [.text(queue), .time(time), .integer(run.priority.rank), .integer(run.sequence)]
            ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
        }
    }

    private func countHeld(in queue: String) async throws(StoreError) -> Int {
        try await database.read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT coalesce(sum(runs), 0) AS n FROM run_counts
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND queue = ?
                """, [.text(queue)]
            ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
        }
    }
}
