extension Store {
    /// Adds a run to its queue, or gives it to `owner` at once, as for a run without a queue. The author is the account
    /// of this process, regardless of the spec.
    /// - Throws: `.unknown` if the queue does not exist, `.exists` if the ID is taken, `.invalid` for a run with
    ///   neither queue nor owner, which no agent would claim.
    @discardableResult
    package func submit(
        _ spec: LaunchSpec, as id: RunID = .random(), claimedBy owner: OwnerID? = nil
    ) async throws(StoreError) -> RunRecord {
        guard spec.queue != nil || owner != nil else {
            throw StoreError(.invalid, "The run '\(id)' has neither a queue nor an owner.")
        }
        let author = author
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            var owned = spec
            owned.author = try connection.user ?? author
            let spec = owned
            if let queue = spec.queue { _ = try Self.definition(ofQueue: queue, connection) }
            if try Self.run(id, connection) != nil {
                throw StoreError(
                    .exists, "There is a run '\(id)' already.", hint: "Omit the ID; the program makes one.")
            }
            if owner == nil, try connection.checked(.submit(id, spec: .json(spec))) != nil {
                return try Self.knownRun(id, connection)
            }
            let record = try connection.first(
                """
                INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at,
                    owner, claim_token, claimed_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *
                """,
                [
                    .text(id.rawValue), .text(spec.queue), .text(spec.resource), .text(spec.name ?? id.rawValue),
                    .text(spec.project), .text(spec.author), .integer(spec.priority.rank),
                    .text((owner == nil ? RunState.queued : .claimed).rawValue), try .json(spec), .time(now),
                    .text(owner?.rawValue), .integer(owner == nil ? 0 : 1), .time(owner == nil ? nil : now),
                ]
            ) { row throws(StoreError) in try RunRecord(row) }
            guard let record else { throw StoreError(.internalFault, "The run '\(id)' was not written.") }
            try Self.addEvent(connection, id, .queued, cause: nil, message: "submitted by \(spec.author)", at: now)
            if let owner {
                try Self.addEvent(connection, id, .claimed, cause: nil, message: "claimed by \(owner)", at: now)
            }
            return record
        }
    }
}
