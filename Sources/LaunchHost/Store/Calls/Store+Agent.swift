/// What an agent asks of the store beside claims and transitions.
extension Store {
    /// The runs of that owner that somebody has asked to stop and that have not ended.
    /// - Throws: `StoreError` where the database cannot be read.
    public func stopRequests(of owner: OwnerID) throws(StoreError) -> [RunRecord] {
        try database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT * FROM runs WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                    AND stop_requested_at IS NOT NULL AND owner = ? ORDER BY sequence
                """, [.text(owner.rawValue)]
            ) { row throws(StoreError) in try RunRecord.readable(row) }.compactMap(\.self)
        }
    }

    /// Whether any run waits in these queues, for its turn or for its time; paused queues do not count.
    /// - Throws: `StoreError` where the database cannot be read.
    public func hasWaiting(queues: [String]) throws(StoreError) -> Bool {
        let names = try SQLValue.json(queues)
        return try database.read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT 1 FROM runs WHERE state = 'queued' AND stop_requested_at IS NULL AND queue IN
                    (SELECT name FROM queues WHERE paused = 0 AND name IN (SELECT value FROM json_each(?))) LIMIT 1
                """, [names]
            ) { _ throws(StoreError) in true } ?? false
        }
    }

    /// Ended runs of which the backend may still hold something, because a program died between record and release.
    /// - Throws: `StoreError` where the database cannot be read.
    public func unreleased() throws(StoreError) -> [RunRecord] {
        try database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT * FROM runs WHERE state IN ('succeeded', 'failed', 'stopped') AND handle IS NOT NULL
                    AND released_at IS NULL ORDER BY sequence
                """
            ) { row throws(StoreError) in try RunRecord.readable(row) }.compactMap(\.self)
        }
    }

    /// The snapshots that a job or a run that has not ended still needs.
    /// - Throws: `StoreError` where the database cannot be read.
    public func snapshotsInUse() throws(StoreError) -> Set<String> {
        try database.read { connection throws(StoreError) in
            let names = try connection.rows(
                """
                -- A value that is not JSON would end the query for all rows.
                SELECT iif(json_valid(source), source, '{}') ->> '$.code.snapshot' AS name FROM job_versions
                UNION SELECT iif(json_valid(spec), spec, '{}') ->> '$.source.code.snapshot' FROM runs
                    WHERE state NOT IN ('succeeded', 'failed', 'stopped')
                """
            ) { row throws(StoreError) in row.optionalText("name") }
            return Set(names.compactMap(\.self))
        }
    }

    /// Notes that the backend holds nothing of an ended run any more.
    /// - Throws: `StoreError` where the database cannot be written to.
    public func markReleased(_ id: RunID) throws(StoreError) {
        let now = now
        try write { connection throws(StoreError) in
            try connection.run("UPDATE runs SET released_at = ? WHERE id = ?", [.time(now), .text(id.rawValue)])
            return
        }
    }
}
