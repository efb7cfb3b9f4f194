/// Records what an owner works on, so that its next owner can tell which run the last one crashed on.
///
/// A run that waits for its backend is held but not worked on: the end of its agent has nothing to do with the run.
/// While an agent drives a run to its backend or collects what an ended run left, it processes the run's data, which
/// can crash it.
extension Store {
    /// The number of owners that may die while they work on one stage of a run, before the run is set aside.
    public static let mostCrashes = 3

    /// Records that the owner works on the run from now on. `adopt` counts an owner that ends before `endWork`.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func beginWork(on id: RunID, token: Int64) throws(StoreError) {
        try noteWork(true, on: id, token)
    }

    /// Records that the owner waits, and does not work on the run.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func endWork(on id: RunID, token: Int64) throws(StoreError) {
        try noteWork(false, on: id, token)
    }

    /// It does not ring the doorbell, because nothing changes that a listener reacts to. A stale token changes nothing;
    /// the next write reports it.
    private func noteWork(_ works: Bool, on id: RunID, _ token: Int64) throws(StoreError) {
        try database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET working = ? WHERE id = ? AND claim_token = ? AND owner IS NOT NULL AND working <> ?",
                [.flag(works), .text(id.rawValue), .integer(token), .flag(works)])
        }
    }

    /// The runs under way that this owner holds, oldest first.
    /// - Throws: `StoreError` if the database cannot be read.
    public func held(by owner: OwnerID) throws(StoreError) -> [RunID] {
        try database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT id FROM runs INDEXED BY runs_owned
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND owner = ? ORDER BY sequence
                """, [.text(owner.rawValue)]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
        }
    }
}
