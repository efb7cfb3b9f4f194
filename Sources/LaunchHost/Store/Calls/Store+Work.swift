/// Records what an owner works on, so that its next owner can identify the run that crashed the last one.
///
/// An owner that waits for a backend does not work on the run. If the agent ends then, the run is not the cause. While
/// an agent drives a run to its backend or collects the outputs of an ended run, it processes the run's data, which can
/// crash it.
extension Store {
    /// A run is set aside after this number of owners ended while they worked on one of its stages.
    public static let mostCrashes = 3

    /// Records that the owner works on the run from now on. `adopt` counts an owner that ends before `endWork`.
    ///
    /// Like `endWork`, it does not ring the doorbell, because nothing changes that a listener reacts to.
    /// - Throws: `.unknown`; `.stale` if the run has a new owner.
    @discardableResult
    package func beginWork(on id: RunID, token: Int64) async throws(StoreError) -> RunRecord {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            if let run = try Self.change(id, token, "working = 1", [], connection) { return run }
            return try Self.ownRun(id, token, connection)
        }
    }

    /// Records that the owner waits, and does not work on the run. A stale token changes nothing.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func endWork(on id: RunID, token: Int64) async throws(StoreError) {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET working = 0 WHERE id = ? AND claim_token = ? AND owner IS NOT NULL AND working <> 0",
                [.text(id.rawValue), .integer(token)])
        }
    }

    /// The runs under way that this owner holds, oldest first.
    /// - Throws: `StoreError` if the database cannot be read.
    public func held(by owner: OwnerID) async throws(StoreError) -> [RunID] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT id FROM runs INDEXED BY runs_owned
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND owner = ? ORDER BY sequence
                """, [.text(owner.rawValue)]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
        }
    }
}
