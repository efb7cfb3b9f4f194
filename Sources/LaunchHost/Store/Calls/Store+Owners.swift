extension Store {
    /// Registers this process as an owner of runs, until the returned lock is released.
    /// - Parameters:
    ///   - kind: `agent` or `run`, for listings.
    ///   - queues: the queues that it claims runs from, for listings.
    ///   - version: the version of the program, for listings.
    ///   - maxJobs: the maximum number of runs that it holds at once, for listings; nil means no limit.
    ///   - drains: whether it ends when its queues are empty, for listings.
    /// - Throws: `.denied` or `.inputOutput` if its file cannot be created and locked.
    public func becomeOwner(
        kind: String, queues: [String] = [], version: String? = nil, maxJobs: Int? = nil, drains: Bool = false
    ) async throws(StoreError) -> OwnerLock {
        try await owners.register(
            OwnerRecord(kind: kind, queues: queues, version: version, maxJobs: maxJobs, drains: drains, now: now))
    }

    /// Records, for listings, that an owner claims no more runs and is about to end.
    package func markLeaving(_ id: OwnerID) { owners.markLeaving(id) }

    /// The record of a live owner whose process is suspended; nil for every other owner.
    public func suspendedOwner(_ id: OwnerID?) async -> OwnerRecord? {
        guard let id else { return nil }
        return await owners.suspended(id)
    }

    /// Whether the process of the owner runs. False for nil; true while the store cannot tell.
    public func isAlive(_ owner: OwnerID?) async -> Bool {
        guard let owner else { return false }
        let living = try? await database.read { connection throws(StoreError) in
            try connection.living(among: [owner])
        }
        return living.map { !$0.isEmpty } ?? true
    }

    /// The owners whose processes run, oldest first.
    public func livingOwners() async -> [OwnerRecord] {
        (try? await owners.living()) ?? []
    }

    /// The runs under way without a live owner, because their owner ended or released them; oldest first. The call is
    /// fast for any number of runs of live owners, because agents repeat it all the time.
    /// - Parameters:
    ///   - queues: includes runs of these queues,
    ///   - resources: and runs without a queue for these resources.
    ///   - adopter: the owner that asks. Its own runs are not included: if its lease has expired while the store was
    ///     away, they are still its runs.
    ///   - limit: the maximum number of runs.
    /// - Throws: `StoreError` if the database cannot be read.
    public func adoptable(
        queues: [String], resources: [String] = [], by adopter: OwnerID? = nil, limit: Int = .max
    ) async throws(StoreError) -> [RunID] {
        let (queues, resources) = (try SQLValue.json(queues), try SQLValue.json(resources))
        return try await database.read { connection throws(StoreError) in
            let owners = try connection.rows(
                """
                SELECT DISTINCT owner FROM runs WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                """
            ) { row throws(StoreError) in row.optionalText("owner") }
            let living = Set(try connection.living(among: owners.compactMap { $0.flatMap(OwnerID.init(rawValue:)) }))
            let gone = owners.compactMap(\.self).filter { name in
                name != adopter?.rawValue && !living.contains { $0.rawValue == name }
            }
            guard owners.contains(nil) || !gone.isEmpty else { return [] }
            return try connection.rows(
                """
                -- From the index alone: the rows are large, and there may be ten thousand.
                SELECT id FROM runs INDEXED BY runs_owned
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped')
                    AND (owner IS NULL OR owner IN (SELECT value FROM json_each(?3)))
                    AND (queue IN (SELECT value FROM json_each(?1))
                        OR (queue IS NULL AND resource IN (SELECT value FROM json_each(?2))))
                ORDER BY sequence LIMIT ?4
                """, [queues, resources, try .json(gone), .integer(Int64(limit))]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
        }
    }

    /// Adopts a run under way that has no live owner. The token of the old owner is invalid afterwards. Returns
    /// nil if another process was faster, the owner lives or is the caller, or the run has ended or waits in a queue.
    /// - Throws: `.unknown`.
    public func adopt(_ id: RunID, owner: OwnerID) async throws(StoreError) -> RunRecord? {
        try await adopt([id], owner: owner).first
    }

    /// Adopts many runs in one transaction, and returns those that the owner now holds.
    /// - Throws: `.unknown`.
    public func adopt(_ ids: [RunID], owner: OwnerID) async throws(StoreError) -> [RunRecord] {
        guard !ids.isEmpty else { return [] }
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            var adopted: [RunRecord] = []
            for id in ids {
                let (state, old) = try Self.stateAndOwner(of: id, connection)
                guard !state.isTerminal, state != .queued else { continue }
                // The check is inside the transaction, so that no other process can become the owner after it.
                if old == owner { continue }
                if let old, try !connection.living(among: [old]).isEmpty { continue }
                let wasWorking = try Self.works(on: id, connection)
                let changed = try connection.first(
                    """
                    UPDATE runs SET owner = ?, claim_token = claim_token + 1, claimed_at = ?,
                        crashes = crashes + working, working = 0 WHERE id = ? RETURNING *
                    """, [.text(owner.rawValue), .time(now), .text(id.rawValue)]
                ) { row throws(StoreError) in try RunRecord(row) }
                let from = old.map { " from \($0), which is gone" } ?? ""
                let over = wasWorking ? "; it ended while it worked on the run (\(changed?.crashes ?? 1))" : ""
                try Self.addEvent(
                    connection, id, state, cause: nil, message: "taken over by \(owner)\(from)\(over)", at: now)
                if let changed { adopted.append(changed) }
            }
            return adopted
        }
    }

    private static func works(on id: RunID, _ connection: any Connection) throws(StoreError) -> Bool {
        try connection.first("SELECT working FROM runs WHERE id = ?\(connection.lockOfRow)", [.text(id.rawValue)]) {
            row throws(StoreError) in
            try row.flag("working")
        } ?? false
    }

    private static func stateAndOwner(
        of id: RunID, _ connection: any Connection
    ) throws(StoreError) -> (RunState, OwnerID?) {
        let found = try connection.first(
            "SELECT state, owner FROM runs WHERE id = ?\(connection.lockOfRow)", [.text(id.rawValue)]
        ) {
            row throws(StoreError) -> (RunState, OwnerID?) in
            var values = StoredValues(row)
            return (values.state(), row.optionalText("owner").flatMap { OwnerID(rawValue: $0) })
        }
        if let found { return found }
        // Throws the error for an unknown run.
        let run = try knownRun(id, connection)
        return (run.state, run.owner)
    }

    /// What a write reads of a run before it changes it.
    struct Held {
        var state: RunState
        var queue: String?
        var stopRequestedAt: Timestamp?
        var stopRequestedBy: String?
    }

    /// The run, if the token belongs to its present claim, without the values of its stages.
    static func held(_ id: RunID, _ token: Int64, _ connection: any Connection) throws(StoreError) -> Held {
        let held = try connection.first(
            """
            SELECT state, queue, stop_requested_at, stop_requested_by FROM runs
            WHERE id = ? AND claim_token = ? AND owner IS NOT NULL\(connection.lockOfRow)
            """, [.text(id.rawValue), .integer(token)]
        ) { row throws(StoreError) in
            var values = StoredValues(row)
            return Held(
                state: values.state(), queue: row.optionalText("queue"),
                stopRequestedAt: row.optionalTime("stop_requested_at"),
                stopRequestedBy: row.optionalText("stop_requested_by"))
        }
        if let held { return held }
        // Throws the error for an unknown run or an ended claim.
        let run = try ownRun(id, token, connection)
        return Held(
            state: run.state, queue: run.queue, stopRequestedAt: run.stopRequestedAt,
            stopRequestedBy: run.stopRequestedBy)
    }

    /// The run, if the token belongs to its present claim.
    static func ownRun(_ id: RunID, _ token: Int64, _ connection: any Connection) throws(StoreError) -> RunRecord {
        let run = try knownRun(id, connection)
        guard run.fencingToken == token, run.owner != nil else {
            throw StoreError(
                .stale,
                "Claim \(token) of the run '\(id)' has ended: "
                    + (run.owner.map { "\($0) holds it under claim \(run.fencingToken)." } ?? "no process holds it."))
        }
        return run
    }
}
