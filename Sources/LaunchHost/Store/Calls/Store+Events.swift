extension Store {
    /// The events of one run or of all runs, oldest first. Events with an invalid run ID are skipped.
    /// - Parameters:
    ///   - sequence: only events after the one with this number.
    ///   - limit: the maximum number of events. For more, call again with the number of the last event.
    /// - Throws: `StoreError` if the database cannot be read.
    public func events(
        of run: RunID? = nil, after sequence: Int64 = 0, limit: Int = 1_000
    ) async throws(StoreError) -> [EventRecord] {
        let bounds: [SQLValue] = [.integer(sequence), .integer(max(0, limit))]
        let found = try await database.read { connection throws(StoreError) in
            guard let run else {
                return try connection.rows("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?", bounds) {
                    row throws(StoreError) in try EventRecord.numbered(row)
                }
            }
            return try connection.rows(
                "SELECT * FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                [.text(run.rawValue)] + bounds
            ) { row throws(StoreError) in try EventRecord.numbered(row) }
        }
        let events = found.compactMap(\.event)
        // An empty result means the end. A page without a readable event must not look like the end.
        guard events.isEmpty, let last = found.last else { return events }
        return try await self.events(of: run, after: last.sequence, limit: limit)
    }

    static func addEvent(
        _ connection: any Connection, _ run: RunID, _ state: RunState, cause: Cause?, message: String?,
        at time: Timestamp
    ) throws(StoreError) {
        try connection.add(NewEvent(run: run, state: state, cause: cause, message: message, time: time))
    }
}
