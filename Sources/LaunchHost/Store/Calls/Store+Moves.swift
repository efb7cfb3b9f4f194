/// Changes of runs that wait in a queue.
extension Store {
    /// Changes the priority of a run that waits.
    /// - Parameter actor: who does it. On a server it is the user that the server has authenticated.
    /// - Throws: `.unknown`; `.refused` if the run does not wait in a queue; `.denied` if the user may not.
    @discardableResult
    package func setPriority(
        _ priority: Priority, of id: RunID, by actor: String = SystemUser.atHost
    ) async throws(StoreError) -> RunRecord {
        return try await write { connection throws(StoreError) in
            let run = try Self.knownRun(id, connection)
            if try connection.checked(.setPriority(priority, of: id)) != nil {
                return try Self.knownRun(id, connection)
            }
            try Self.refuseUnlessWaiting(run)
            guard run.priority != priority else { return run }
            var spec = run.spec
            spec.priority = priority
            let changed = try connection.first(
                "UPDATE runs SET priority = ?, spec = ? WHERE id = ? RETURNING *",
                [.integer(priority.rank), try .json(spec), .text(id.rawValue)]
            ) { row throws(StoreError) in try RunRecord(row) }
            let actor = try connection.user ?? actor
            try Self.addEvent(
                connection, id, .queued, cause: nil, message: "priority \(priority.rawValue), set by \(actor)",
                at: try connection.now)
            return changed ?? run
        }
    }

    /// Moves a run that waits to another queue of the same resource. Its place there depends on its priority and on the
    /// time of its submit. What was resolved for the old queue is dropped, and so is a wait for the old queue's backend.
    /// - Parameter actor: who does it. On a server it is the user that the server has authenticated.
    /// - Throws: `.unknown` for an unknown run or queue; `.refused` if the run does not wait, or the queue is of another
    ///   resource; `.denied` if the user may not.
    @discardableResult
    package func move(
        _ id: RunID, to queue: String, by actor: String = SystemUser.atHost
    ) async throws(StoreError) -> RunRecord {
        return try await write { connection throws(StoreError) in
            let run = try Self.knownRun(id, connection)
            if try connection.checked(.move(id, to: queue)) != nil { return try Self.knownRun(id, connection) }
            try Self.refuseUnlessWaiting(run)
            let target = try Self.knownQueue(queue, connection)
            if let problem = target.problem { throw problem }
            guard target.definition.resource == run.resource else {
                throw StoreError(
                    .refused,
                    "The run '\(id)' is for '\(run.resource)', and the queue '\(queue)' is for "
                        + "'\(target.definition.resource)'.", hint: "Submit it again for the other resource.")
            }
            guard let old = run.queue, old != queue else { return run }
            var spec = run.spec
            spec.queue = queue
            let changed = try connection.first(
                """
                UPDATE runs SET queue = ?, spec = ?, resolved = NULL, image = NULL, image_decision = NULL,
                    request = NULL, not_before = NULL, waiting_since = NULL, demand = '' WHERE id = ? RETURNING *
                """, [.text(queue), try .json(spec), .text(id.rawValue)]
            ) { row throws(StoreError) in try RunRecord(row) }
            let actor = try connection.user ?? actor
            try Self.addEvent(
                connection, id, .queued, cause: nil, message: "moved from queue \(old) to \(queue) by \(actor)",
                at: try connection.now)
            return changed ?? run
        }
    }

    private static func refuseUnlessWaiting(_ run: RunRecord) throws(StoreError) {
        guard run.state == .queued, run.queue != nil, run.stopRequestedAt == nil else {
            throw StoreError(
                .refused,
                "The run '\(run.id)' is \(run.state == .queued ? "about to stop" : run.state.rawValue) and does not "
                    + "wait in a queue.",
                hint: "Only a run that waits can be moved or get another priority.")
        }
        // Its spec is written again below, and must be the submitter's.
        if let damage = run.damage {
            throw StoreError(
                .corrupt, "The record of run '\(run.id)' cannot be read. \(damage)",
                hint: "Stop it with 'launch stop \(run.id)', and submit it again.")
        }
    }
}
