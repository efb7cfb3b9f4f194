extension Store {
    /// Claims the next run for `owner`; nil if none is ready. Two callers never get the same run.
    ///
    /// The run comes from the first of `queues` that has a ready run. A caller is fair to all queues if it rotates the
    /// list by one after each claim. Within a queue, `FairShare` decides. Paused queues, queues and submitters at their
    /// limit, runs with a stop request and runs that must wait are skipped.
    /// - Throws: `StoreError` if the database cannot be written to.
    public func claimNext(queues: [String], owner: OwnerID) async throws(StoreError) -> RunRecord? {
        try await claimNext(from: queues.map { ClaimChoice(queue: $0) }, owner: owner)
    }

    /// Claims the next run for `owner`, as `claimNext(queues:owner:)`, with a choice in each queue.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func claimNext(from choices: [ClaimChoice], owner: OwnerID) async throws(StoreError) -> RunRecord? {
        try await claim(1, from: choices, owner: owner).first
    }

    /// Claims up to `most` runs for `owner` in one transaction, in the order in which single claims would take them if the
    /// caller rotates the queues after each. So an agent with room for many runs pays for one commit.
    /// - Parameter beginsWork: whether the owner begins to work on the runs at once, so that they need no `beginWork`.
    ///   Runs that crashed an earlier owner wait for their turn instead.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func claim(
        _ most: Int, from choices: [ClaimChoice], owner: OwnerID, beginsWork: Bool = false
    ) async throws(StoreError) -> [RunRecord] {
        // The first check needs no write lock, so an agent without work does not block others.
        let mayHaveSome = try await database.read { connection throws(StoreError) in
            let now = try connection.now
            let queues = try Self.openQueues(among: choices.map(\.queue), connection)
            for choice in choices {
                guard let queue = queues[choice.queue] else { continue }
                let ready = try Self.readyRuns(of: choice, limits: queue.limits, upTo: 1, at: now, connection)
                if !ready.isEmpty { return true }
            }
            return false
        }
        guard mayHaveSome else { return [] }
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let queues = try Self.openQueues(among: choices.map(\.queue), connection)
            var left = choices.filter { queues[$0.queue] != nil }
            var claimed: [RunRecord] = []
            while claimed.count < most, let choice = left.first {
                left.removeFirst()
                // Queues take turns, run by run.
                let room = left.isEmpty && !choice.isProbe ? most - claimed.count : 1
                let ready = try Self.claimable(
                    of: choice, limits: queues[choice.queue]?.limits, upTo: room, at: now, connection)
                var hasTaken = false
                for next in ready {
                    let run = try Self.claim(
                        next, of: choice, owner: owner, beginsWork: beginsWork, at: now, connection)
                    guard let run else { continue }
                    claimed.append(run)
                    hasTaken = true
                }
                if hasTaken, !choice.isProbe { left.append(choice) }
            }
            return claimed
        }
    }

    private static func claim(
        _ ready: ReadyRun, of choice: ClaimChoice, owner: OwnerID, beginsWork: Bool, at now: Timestamp,
        _ connection: any Connection
    ) throws(StoreError) -> RunRecord? {
        let event = ready.id.map {
            NewEvent(run: $0, state: .claimed, cause: nil, message: "claimed by \(owner)", time: now)
        }
        let run = try connection.update(
            """
            UPDATE runs SET state = 'claimed', cause = NULL, not_before = NULL, owner = ?, claimed_at = ?,
                claim_token = claim_token + 1, charged_at = ?,
                working = CASE WHEN ? <> 0 AND crashes = 0 THEN 1 ELSE 0 END
            WHERE sequence = ? RETURNING *
            """,
            [
                .text(owner.rawValue), .time(now), .time(ready.competes ? now : nil), .flag(beginsWork),
                .integer(ready.sequence),
            ], adding: event
        ) { row throws(StoreError) in try RunRecord(row) }
        if run != nil { try recordUse(of: ready, in: choice.queue, at: now, connection) }
        return run
    }

    /// The time when the next waiting run becomes ready; nil if no run waits.
    /// - Throws: `StoreError` if the database cannot be read.
    public func nextReady(queues: [String]) async throws(StoreError) -> Timestamp? {
        let names = try SQLValue.json(queues)
        return try await database.read { connection throws(StoreError) in
            let now = try connection.now
            return try connection.first(
                """
                SELECT min(not_before) AS at FROM runs
                WHERE state = 'queued' AND not_before > ?1 AND (requeued_at IS NULL OR requeued_at <= ?1)
                    AND stop_requested_at IS NULL AND queue IN (SELECT value FROM json_each(?2))
                """, [.time(now), names]
            ) { row throws(StoreError) in row.optionalTime("at") } ?? nil
        }
    }

    /// Releases ownership. An unstarted run returns to its queue; a started one stays for adoption.
    ///
    /// The token of the claim is invalid afterwards.
    /// - Throws: `.stale`.
    @discardableResult
    public func release(_ id: RunID, token: Int64, message: String? = nil) async throws(StoreError) -> RunRecord {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.held(id, token, connection)
            if run.state == .claimed, run.queue != nil {
                return try Self.giveBack(
                    id, run, connection, cause: nil, message: message ?? "returned to its queue by its owner",
                    notBefore: nil,
                    countsAttempt: false, at: now)
            }
            try connection.run(
                "UPDATE runs SET owner = NULL, claim_token = claim_token + 1, working = 0 WHERE id = ?",
                [.text(id.rawValue)])
            try Self.addEvent(
                connection, id, run.state, cause: nil, message: message ?? "released by its owner", at: now)
            return try Self.knownRun(id, connection)
        }
    }

    /// Returns a run to its queue, to be tried again at `time` or later. `attempts` counts the requeues. The caller has
    /// checked that the backend does not have the run. A run with a stop request is stopped instead.
    /// - Throws: `.stale`; `.refused` if the run has progressed too far, or has no queue.
    @discardableResult
    public func requeue(
        _ id: RunID, token: Int64, cause: Cause, notBefore time: Timestamp? = nil
    ) async throws(StoreError) -> RunRecord {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let run = try Self.held(id, token, connection)
            guard run.state.mayBecome(.queued), run.queue != nil else {
                throw StoreError(
                    .refused, "The run '\(id)' is \(run.state.rawValue) and cannot go back to a queue.")
            }
            return try Self.giveBack(
                id, run, connection, cause: cause, message: "to be tried again", notBefore: time, countsAttempt: true,
                at: now)
        }
    }

    /// A run with a stop request does not return to the queue, where no agent would claim it; it ends. A run that waits
    /// again does not count in its submitter's use.
    static func giveBack(
        _ id: RunID, _ run: Held, _ connection: any Connection, cause: Cause?, message: String, notBefore: Timestamp?,
        countsAttempt: Bool, at now: Timestamp
    ) throws(StoreError) -> RunRecord {
        let stops = run.stopRequestedAt != nil
        let state: RunState = stops ? .stopped : .queued
        let cause = stops ? Cause.stop("Stopped before its container began", of: run.stopRequestedBy) : cause
        if !stops { try releaseUse(of: id, at: now, connection) }
        let changed = try connection.first(
            """
            UPDATE runs SET state = ?1, cause = ?2, owner = NULL, claim_token = claim_token + 1, not_before = ?3,
                attempts = attempts + ?4, waiting_since = CASE
                    WHEN ?4 = 0 OR waiting_since < ?7 THEN waiting_since ELSE ?7 END,
                working = 0, ended_at = ?5, requeued_at = ?7 WHERE id = ?6 RETURNING *
            """,
            [
                .text(state.rawValue), try .words(cause), .time(notBefore), .integer(countsAttempt ? 1 : 0),
                .time(stops ? now : nil), .text(id.rawValue), .time(now),
            ]
        ) { row throws(StoreError) in try RunRecord(row) }
        try addEvent(connection, id, state, cause: cause, message: stops ? nil : message, at: now)
        if let changed { return changed }
        return try knownRun(id, connection)
    }

    /// The next runs of the queue that can be claimed. A row among them with an invalid run ID ends as failed, because it
    /// would block the queue.
    private static func claimable(
        of choice: ClaimChoice, limits: QueueLimits?, upTo most: Int, at now: Timestamp, _ connection: any Connection
    ) throws(StoreError) -> [ReadyRun] {
        while true {
            let ready = try readyRuns(of: choice, limits: limits, upTo: most, at: now, connection)
            for run in ready where run.id == nil { try setAside(run.sequence, at: now, connection) }
            let readable = ready.filter { $0.id != nil }
            if ready.isEmpty || !readable.isEmpty { return readable }
        }
    }

    private static func readyRuns(
        of choice: ClaimChoice, limits: QueueLimits?, upTo most: Int, at now: Timestamp, _ connection: any Connection
    ) throws(StoreError) -> [ReadyRun] {
        let preferred = try readyRuns(
            in: choice.queue, limits: limits, besides: choice.avoided, upTo: most, at: now, connection)
        guard preferred.isEmpty, choice.mayTakeAvoided, !choice.avoided.isEmpty else { return preferred }
        return try readyRuns(in: choice.queue, limits: limits, besides: [], upTo: most, at: now, connection)
    }
}
