extension Store {
    /// What happened, to one run or to all, oldest first. Events whose run ID is not one are left out.
    /// - Parameters:
    ///   - sequence: only events after the one with this number.
    ///   - limit: at most so many; ask again with the last one's number.
    /// - Throws: `StoreError` where the database cannot be read.
    public func events(
        of run: RunID? = nil, after sequence: Int64 = 0, limit: Int = 1_000
    ) throws(StoreError) -> [EventRecord] {
        let bounds: [SQLValue] = [.integer(sequence), .integer(max(0, limit))]
        let found = try database.read { connection throws(StoreError) in
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
        // No events means that there are no more. A page without a readable one must not look like the end.
        guard events.isEmpty, let last = found.last else { return events }
        return try self.events(of: run, after: last.sequence, limit: limit)
    }

    static func addEvent(
        _ connection: Connection, _ run: RunID, _ state: RunState, cause: Cause?, message: String?, at time: Timestamp
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO events (run_id, at, state, cause, message) VALUES (?, ?, ?, ?, ?)",
            [.text(run.rawValue), .time(time), .text(state.rawValue), try .words(cause), .words(message)])
    }
}
