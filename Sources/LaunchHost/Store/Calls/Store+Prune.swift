/// Selects old runs that have ended.
public struct OldRuns: Sendable, Hashable {
    /// Only runs that ended at this time or earlier.
    public var endedBy: Timestamp
    /// Only runs of this queue.
    public var queue: String?
    /// Only runs of this project.
    public var project: String?

    public init(endedBy: Timestamp, queue: String? = nil, project: String? = nil) {
        self.endedBy = endedBy
        self.queue = queue
        self.project = project
    }

    /// Only ended runs. A program releases a run's resources in the backend after it has recorded the run's end.
    fileprivate static let clauses = """
        state IN ('succeeded', 'failed', 'stopped') AND ended_at <= ?1 AND (CAST(?2 AS TEXT) IS NULL OR queue = ?2)
            AND (CAST(?3 AS TEXT) IS NULL OR project = ?3)
        """
    fileprivate static let released = "(handle IS NULL OR released_at IS NOT NULL)"

    fileprivate var values: [SQLValue] { [.time(endedBy), .text(queue), .text(project)] }
}

/// Removes old runs from the store. `RunPruning` archives them first.
extension Store {
    /// The old runs that can be removed, oldest first.
    /// - Throws: `StoreError` if the database cannot be read.
    public func oldRuns(_ old: OldRuns) async throws(StoreError) -> [RunID] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                "SELECT id FROM runs WHERE \(OldRuns.clauses) AND \(OldRuns.released) ORDER BY sequence", old.values
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
        }
    }

    /// Checks that the user may remove runs of others. On one machine every user of the store may.
    /// - Parameter verb: what only an owner does, for the message.
    /// - Throws: `.denied` if the server has authenticated a user who is not an owner of the store.
    package func requireOwner(_ verb: String) async throws(StoreError) {
        try await database.read { connection throws(StoreError) in
            if try connection.user != nil { try connection.requireOwner(verb) }
        }
    }

    /// The number of old runs that stay because their backend may still hold resources. An agent releases them when it
    /// starts.
    /// - Throws: `StoreError` if the database cannot be read.
    public func unreleasedOldRuns(_ old: OldRuns) async throws(StoreError) -> Int {
        try await database.read { connection throws(StoreError) in
            try connection.first(
                "SELECT count(*) AS n FROM runs WHERE \(OldRuns.clauses) AND NOT \(OldRuns.released)", old.values
            ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
        }
    }

    /// The summaries of these runs, oldest first.
    /// - Throws: `StoreError` if the database cannot be read.
    public func summaries(of ids: [RunID]) async throws(StoreError) -> [RunSummary] {
        let ids = try SQLValue.json(ids)
        return try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT \(RunSummary.columns(connection)) FROM runs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY sequence
                """, [ids]
            ) { row throws(StoreError) in try RunSummary(row) }.compactMap(\.self)
        }
    }

    /// Removes ended runs with their events; all of them or none. Runs that have not ended are skipped.
    /// - Returns: the number of runs that were removed.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func removeEnded(_ ids: [RunID]) async throws(StoreError) -> Int {
        let ids = try SQLValue.json(ids)
        return try await write { connection throws(StoreError) in
            let removed = try connection.rows(
                """
                DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))
                    AND state IN ('succeeded', 'failed', 'stopped') AND \(OldRuns.released) RETURNING id
                """, [ids]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
            // Events are removed after their run: the database refuses to delete events of an existing run.
            try connection.run(
                "DELETE FROM events WHERE run_id IN (SELECT value FROM json_each(?))", [try .json(removed)])
            return removed.count
        }
    }
}
