/// Records what an owner works on, so that its next owner can identify the run that crashed the last one.
///
/// An owner that waits for a backend does not work on the run. If the agent ends then, the run is not the cause. While
/// an agent drives a run to its backend or collects the outputs of an ended run, it processes the run's data, which can
/// crash it.
extension Store {
    /// A run is set aside after this number of owners ended while they worked on one of its stages.
    public static let mostCrashes = 3

    /// Records that the owner works on the run from now on. `adopt` counts an owner that ends before `endWork`.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func beginWork(on id: RunID, token: Int64) async throws(StoreError) {
        try await noteWork(true, on: id, token)
    }

    /// Records that the owner waits, and does not work on the run.
    /// - Throws: `StoreError` if the database cannot be written to.
    package func endWork(on id: RunID, token: Int64) async throws(StoreError) {
        try await noteWork(false, on: id, token)
    }

    /// It does not ring the doorbell, because nothing changes that a listener reacts to. A stale token changes nothing;
    /// the next write reports it.
    private func noteWork(_ works: Bool, on id: RunID, _ token: Int64) async throws(StoreError) {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET working = ? WHERE id = ? AND claim_token = ? AND owner IS NOT NULL AND working <> ?",
                [.flag(works), .text(id.rawValue), .integer(token), .flag(works)])
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
