/// Calls of an agent, apart from claims and transitions.
extension Store {
    /// The runs of the owner that have not ended and have a stop request.
    /// - Throws: `StoreError` if the database cannot be read.
    public func stopRequests(of owner: OwnerID) async throws(StoreError) -> [RunRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT * FROM runs WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                    AND stop_requested_at IS NOT NULL AND owner = ? ORDER BY sequence
                """, [.text(owner.rawValue)]
            ) { row throws(StoreError) in try RunRecord.readable(row) }.compactMap(\.self)
        }
    }

    /// Whether a run waits in these queues, for its turn or for its time. Paused queues do not count.
    /// - Throws: `StoreError` if the database cannot be read.
    public func hasWaiting(queues: [String]) async throws(StoreError) -> Bool {
        try await hasWaiting(queues: queues, besides: [])
    }

    /// Whether a run other than these waits in these queues.
    /// - Throws: `StoreError` if the database cannot be read.
    package func hasWaiting(queues: [String], besides runs: Set<RunID>) async throws(StoreError) -> Bool {
        let names = try SQLValue.json(queues)
        let others = try SQLValue.json(runs.map(\.rawValue))
        return try await database.read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT 1 FROM runs WHERE state = 'queued' AND stop_requested_at IS NULL AND queue IN
                    (SELECT name FROM queues WHERE paused = 0 AND name IN (SELECT value FROM json_each(?)))
                    AND id NOT IN (SELECT value FROM json_each(?)) LIMIT 1
                """, [names, others]
            ) { _ throws(StoreError) in true } ?? false
        }
    }

    /// Ended runs whose backend may still hold resources, because a program ended after it had recorded the end and
    /// before the release.
    /// - Throws: `StoreError` if the database cannot be read.
    public func unreleased() async throws(StoreError) -> [RunRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT * FROM runs INDEXED BY runs_unreleased
                WHERE state IN ('succeeded', 'failed', 'stopped') AND handle IS NOT NULL AND released_at IS NULL
                ORDER BY sequence
                """
            ) { row throws(StoreError) in try RunRecord.readable(row) }.compactMap(\.self)
        }
    }

    /// The snapshots that jobs, or runs that have not ended, need.
    /// - Throws: `StoreError` if the database cannot be read.
    public func snapshotsInUse() async throws(StoreError) -> Set<String> {
        try await database.read { connection throws(StoreError) in
            let inSpec = connection.text(at: ["source", "code", "snapshot"], of: "spec")
            let names = try connection.rows(
                """
                SELECT \(connection.text(at: ["code", "snapshot"], of: "source")) AS name FROM job_versions
                -- Each by its index: the planner would read all ended runs too.
                UNION SELECT \(inSpec)
                    FROM runs INDEXED BY runs_ready WHERE state = 'queued'
                UNION SELECT \(inSpec)
                    FROM runs INDEXED BY runs_live WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                """
            ) { row throws(StoreError) in row.optionalText("name") }
            return Set(names.compactMap(\.self))
        }
    }

    /// Records that the backend no longer holds anything of an ended run.
    /// - Throws: `StoreError` if the database cannot be written to.
    public func markReleased(_ id: RunID) async throws(StoreError) {
        // No listener reacts to it.
        try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            try connection.run("UPDATE runs SET released_at = ? WHERE id = ?", [.time(now), .text(id.rawValue)])
            return
        }
    }
}
