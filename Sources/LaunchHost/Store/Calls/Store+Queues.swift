extension Store {
    /// Creates a queue.
    /// - Throws: `.exists` if a queue has this name, `.invalid` for an invalid name.
    @discardableResult
    public func createQueue(_ definition: QueueDefinition) async throws(StoreError) -> QueueRecord {
        try Names.check(definition.name, of: "queue")
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            guard try Self.queue(definition.name, connection) == nil else {
                throw StoreError(
                    .exists, "There is a queue '\(definition.name)' already.",
                    hint: "Change it with 'launch queue edit', or take another name.")
            }
            try connection.run(
                """
                INSERT INTO queues (name, resource, file_text, file_name, template, variables, allow_overrides,
                    policy, retry, limits, owners, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(definition.name), .text(definition.resource), .text(definition.fileText),
                    .text(definition.fileName), try .json(definition.template), try .json(definition.variables),
                    try .json(definition.allowOverrides), try .json(definition.policy), try .json(definition.retry),
                    try .json(definition.limits), try .json(definition.owners), .time(now), .time(now),
                ])
            return try Self.knownQueue(definition.name, connection)
        }
    }

    /// Replaces the definition of a queue. Runs that are already resolved keep the old one.
    /// - Throws: `.unknown`, or `.refused` if the resource would change.
    @discardableResult
    public func updateQueue(_ definition: QueueDefinition) async throws(StoreError) -> QueueRecord {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let old = try Self.knownQueue(definition.name, connection).definition
            guard old.resource == definition.resource else {
                throw StoreError(
                    .refused,
                    "The queue '\(old.name)' is of resource '\(old.resource)', which cannot become "
                        + "'\(definition.resource)'.", hint: "Create another queue.")
            }
            if try connection.checked(.edit(definition)) != nil {
                return try Self.knownQueue(definition.name, connection)
            }
            try connection.run(
                """
                UPDATE queues SET file_text = ?, file_name = ?, template = ?, variables = ?, allow_overrides = ?,
                    policy = ?, retry = ?, limits = ?, owners = ?, updated_at = ? WHERE name = ?
                """,
                [
                    .text(definition.fileText), .text(definition.fileName), try .json(definition.template),
                    try .json(definition.variables), try .json(definition.allowOverrides),
                    try .json(definition.policy), try .json(definition.retry), try .json(definition.limits),
                    try .json(definition.owners), .time(now), .text(definition.name),
                ])
            return try Self.knownQueue(definition.name, connection)
        }
    }

    /// All queues by name, with the number of their runs in each state. A queue that cannot be read has `damage`.
    /// - Throws: `StoreError` if the database cannot be read.
    public func queues() async throws(StoreError) -> [QueueRecord] {
        try await database.read { connection throws(StoreError) in
            try Self.queueNames(connection).map { name throws(StoreError) in try Self.knownQueue(name, connection) }
        }
    }

    /// The resources of these queues, sorted.
    /// - Throws: `StoreError` if the database cannot be read.
    package func resources(of queues: [String]) async throws(StoreError) -> [String] {
        let names = try SQLValue.json(queues)
        return try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT DISTINCT resource FROM queues WHERE name IN (SELECT value FROM json_each(?)) ORDER BY resource
                """, [names]
            ) { row throws(StoreError) in try row.text("resource") }
        }
    }

    /// The queue with this name.
    /// - Parameter evenDamaged: whether to return a queue that cannot be read, with its `damage`.
    /// - Throws: `.unknown` with the existing names; `.corrupt` if the queue cannot be read.
    public func queue(_ name: String, evenDamaged: Bool = false) async throws(StoreError) -> QueueRecord {
        let queue = try await database.read { connection throws(StoreError) in try Self.knownQueue(name, connection) }
        if !evenDamaged, let problem = queue.problem { throw problem }
        return queue
    }

    /// The definition of the queue with this name, without a count of its runs.
    /// - Throws: as `queue(_:evenDamaged:)`.
    package func definition(ofQueue name: String) async throws(StoreError) -> QueueDefinition {
        try await database.read { connection throws(StoreError) in try Self.definition(ofQueue: name, connection) }
    }

    static func definition(
        ofQueue name: String, _ connection: any Connection
    ) throws(StoreError) -> QueueDefinition {
        guard let queue = try queue(name, isCounted: false, connection) else {
            throw try unknownQueue(name, connection)
        }
        if let problem = queue.problem { throw problem }
        return queue.definition
    }

    /// Pauses or resumes a queue. Runs that are under way continue.
    /// - Parameter actor: who does it. On a server it is the user that the server has authenticated.
    /// - Throws: `.unknown`.
    @discardableResult
    package func setPaused(
        _ paused: Bool, queue name: String, by actor: String = SystemUser.atHost
    ) async throws(StoreError) -> QueueRecord {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            if try connection.checked(.pause(paused, queue: name)) != nil {
                return try Self.knownQueue(name, connection)
            }
            let actor = try connection.user ?? actor
            try connection.run(
                """
                UPDATE queues SET paused = ?1, updated_at = ?2, paused_by = ?4, paused_at = ?5
                WHERE name = ?3 AND paused <> ?1
                """,
                [
                    .flag(paused), .time(now), .text(name), .text(paused ? actor : nil), .time(paused ? now : nil),
                ])
            return try Self.knownQueue(name, connection)
        }
    }

    /// Removes a queue; the records of its runs stay.
    /// - Parameter force: whether to stop the runs that wait in it first. A queue with runs under way is never removed.
    /// - Returns: the number of waiting runs that were stopped.
    /// - Throws: `.unknown`, or `.refused` while it has runs that have not ended.
    @discardableResult
    public func deleteQueue(_ name: String, force: Bool = false) async throws(StoreError) -> Int {
        return try await write { connection throws(StoreError) in
            let now = try connection.now
            let counts = try Self.knownQueue(name, connection).counts
            let waiting = counts[.queued]
            let underWay = counts.unfinished - waiting
            if underWay > 0 {
                throw StoreError(
                    .refused, "The queue '\(name)' has \(Wording.count(underWay, "run")) under way.",
                    hint: "Wait for them, or end them with 'launch stop'.")
            }
            if waiting > 0, !force {
                throw StoreError(
                    .refused, "The queue '\(name)' has \(Wording.count(waiting, "run")) waiting.",
                    hint: "Stop them too with --force.")
            }
            let cause = Cause(.userStop, "The queue '\(name)' was deleted before the run began.")
            let stopped = try connection.rows(
                """
                UPDATE runs SET state = 'stopped', cause = ?, ended_at = ?,
                    stop_requested_at = coalesce(stop_requested_at, ?)
                WHERE queue = ? AND state = 'queued' RETURNING id
                """, [try .words(cause), .time(now), .time(now), .text(name)]
            ) { row throws(StoreError) in row.runID }
            for case let id? in stopped {
                try Self.addEvent(connection, id, .stopped, cause: cause, message: nil, at: now)
            }
            try connection.run("DELETE FROM shares WHERE queue = ?", [.text(name)])
            try connection.run("DELETE FROM queues WHERE name = ?", [.text(name)])
            return stopped.count
        }
    }

    static func queue(
        _ name: String, isCounted: Bool = true, _ connection: any Connection
    ) throws(StoreError) -> QueueRecord? {
        let counts = isCounted ? try counts(connection, queue: name) : StateCounts()
        return try connection.first("SELECT * FROM queues WHERE name = ?", [.text(name)]) { row throws(StoreError) in
            try QueueRecord(row, counts: counts)
        }
    }

    static func knownQueue(_ name: String, _ connection: any Connection) throws(StoreError) -> QueueRecord {
        guard let queue = try queue(name, connection) else { throw try unknownQueue(name, connection) }
        return queue
    }

    static func unknownQueue(_ name: String, _ connection: any Connection) throws(StoreError) -> StoreError {
        let names = try queueNames(connection)
        return StoreError(
            .unknown, "The queue '\(name)' does not exist in '\(connection.path)'.",
            hint: names.isEmpty
                ? "Make it with 'launch queue create'." : "'launch queue list' shows the queues.",
            candidates: names, unknown: name)
    }

    private static func queueNames(_ connection: any Connection) throws(StoreError) -> [String] {
        try connection.rows("SELECT name FROM queues ORDER BY name") { row throws(StoreError) in try row.text("name") }
    }
}
