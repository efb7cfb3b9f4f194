/// Rows of runs with an invalid run ID. A submit does not write such rows. A run with such an ID can be neither started
/// nor found.
extension Store {
    /// Ends such rows of these queues as `failed` with the cause `internal`, if they have not ended. No agent can
    /// process them, so the queue would never become empty.
    /// - Returns: the texts in place of their IDs.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func setAsideUnreadable(queues: [String]) async throws(StoreError) -> [String] {
        let names = try SQLValue.json(queues)
        let found = try await database.read { connection throws(StoreError) in try Self.unreadable(names, connection) }
        guard !found.isEmpty else { return [] }
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let found = try Self.unreadable(names, connection)
            for row in found { try Self.setAside(row.sequence, at: now, connection) }
            return found.map(\.text)
        }
    }

    /// Ends the row with this number as failed. It adds no event, because an event refers to its run by ID.
    static func setAside(_ sequence: Int64, at now: Timestamp, _ connection: any Connection) throws(StoreError) {
        let cause = Cause(
            .internalFault, "The run's ID in the database is not a run ID. If the backend has the run, look there.")
        try connection.run(
            """
            UPDATE runs SET state = 'failed', cause = ?, owner = NULL, working = 0, ended_at = ? WHERE sequence = ?
            """, [try .words(cause), .time(now), .integer(sequence)])
    }

    private static func unreadable(
        _ queues: SQLValue, _ connection: any Connection
    ) throws(StoreError) -> [(sequence: Int64, text: String)] {
        // By two indexes, so that rows of ended runs are not read.
        try connection.rows(
            """
            SELECT sequence, id FROM runs INDEXED BY runs_ready
            WHERE state = 'queued' AND queue IN (SELECT value FROM json_each(?1))
            UNION ALL
            SELECT sequence, id FROM runs INDEXED BY runs_live
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                AND (queue IS NULL OR queue IN (SELECT value FROM json_each(?1)))
            """, [queues]
        ) { row throws(StoreError) in
            row.runID == nil ? (try row.integer("sequence"), row.optionalText("id") ?? "") : nil
        }.compactMap(\.self)
    }
}
