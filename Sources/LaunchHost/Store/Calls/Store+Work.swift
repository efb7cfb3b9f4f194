/// What an owner works on at the moment, so that the next one can tell what the last one died of.
///
/// A run that waits for its backend is held, and not worked on: the end of its agent says nothing about it. While an agent
/// takes a run to its backend, or keeps what an ended run left, the run's data go through the agent, and can end it.
extension Store {
    /// How many owners may end while they work on one stage of a run, before the run is set aside.
    public static let mostCrashes = 3

    /// Notes that the holder of the claim works on the run from now on. `adopt` counts an owner that ends before `endWork`.
    /// - Throws: `StoreError` where the database cannot be written to.
    func beginWork(on id: RunID, token: Int64) throws(StoreError) {
        try noteWork(true, on: id, token)
    }

    /// Notes that the holder of the claim waits, and does not work on the run.
    /// - Throws: `StoreError` where the database cannot be written to.
    func endWork(on id: RunID, token: Int64) throws(StoreError) {
        try noteWork(false, on: id, token)
    }

    /// Without a bell: nothing that a listener acts on changes. A stale token changes nothing; the next write tells.
    private func noteWork(_ works: Bool, on id: RunID, _ token: Int64) throws(StoreError) {
        try database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET working = ? WHERE id = ? AND claim_token = ? AND owner IS NOT NULL AND working <> ?",
                [.flag(works), .text(id.rawValue), .integer(token), .flag(works)])
        }
    }

    /// The runs under way that this owner holds, oldest first.
    /// - Throws: `StoreError` where the database cannot be read.
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
