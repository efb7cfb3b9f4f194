extension Store {
    /// How long an event may be added to the log after an event with a higher number: transactions of a server commit in
    /// another order than they number their events. A transaction is ended before this time.
    private static let unsettled: Int64 = 120_000
    /// How long the record of a delivery stays.
    private static let kept: Int64 = 7 * 86_400_000
    private static let page: Int64 = 1_000

    /// Adds a delivery for each event of the log that a hook reports and that has none yet. The first call for a hook
    /// begins after the present end of the log.
    ///
    /// The events are read and the deliveries added in one transaction with the cursor, so a program that ends at any
    /// point loses none and adds none twice.
    /// - Returns: the number of deliveries that were added.
    /// - Throws: `StoreError` if the database cannot be used.
    @discardableResult
    package func feed(_ source: HookSource) async throws(StoreError) -> Int {
        let window = isShared ? Self.unsettled : 0
        return try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            guard var cursor = try Self.cursor(of: source.hook, connection) else { return 0 }
            var added = 0
            var place = cursor
            var isSettled = true
            while true {
                let events = try connection.rows(
                    "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?", [.integer(place), .integer(Self.page)]
                ) { row throws(StoreError) in try EventRecord.numbered(row) }
                for (sequence, event) in events {
                    place = sequence
                    if let event { isSettled = isSettled && event.at.milliseconds <= now.milliseconds - window }
                    if isSettled { cursor = sequence }
                    guard let event, source.ends.contains(event.state) else { continue }
                    let queue = try connection.first(
                        "SELECT queue FROM runs WHERE id = ?", [.text(event.runID.rawValue)]
                    ) { row throws(StoreError) in row.optionalText("queue") }
                    guard source.includes(queue ?? nil) else { continue }
                    added += try Self.add(
                        "event:\(sequence)", event.state.rawValue, event.runID, queue ?? nil, event.at, to: source.hook,
                        connection)
                }
                if events.count < Self.page { break }
            }
            added += try Self.addWaiting(source, now, connection)
            try connection.run(
                "UPDATE hook_cursors SET seq = ? WHERE hook = ? AND seq < ?",
                [.integer(cursor), .text(source.hook), .integer(cursor)])
            try connection.run(
                "DELETE FROM hook_deliveries WHERE state <> 'pending' AND ended_at < ?",
                [.integer(now.milliseconds - Self.kept)])
            return added
        }
    }

    /// Adds a delivery about a queue that waits for an agent, once a day.
    /// - Throws: `StoreError` if the database cannot be used.
    package func feedAbsentAgent(_ queue: String, to hook: String) async throws(StoreError) {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            let day = now.milliseconds / 86_400_000
            _ = try Self.add("no-agent:\(queue):\(day)", "no-agent", nil, queue, now, to: hook, connection)
        }
    }

    /// Claims deliveries of a hook that are due: for each run only the oldest, so that the deliveries about a run keep
    /// their order. A delivery whose owner has died is claimed again.
    /// - Parameter limit: the maximum number of deliveries.
    /// - Throws: `StoreError` if the database cannot be used.
    package func claimDeliveries(
        of hook: String, by owner: OwnerID, limit: Int
    ) async throws(StoreError) -> [HookDelivery] {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            let due = try connection.rows(
                """
                SELECT number, owner FROM hook_deliveries WHERE hook = ?1 AND state = 'pending' AND not_before <= ?2
                    AND NOT EXISTS (
                        SELECT 1 FROM hook_deliveries AS earlier WHERE earlier.hook = hook_deliveries.hook
                            AND earlier.run_id = hook_deliveries.run_id AND earlier.state = 'pending'
                            AND earlier.number < hook_deliveries.number)
                ORDER BY number LIMIT 200\(connection.lockOfOneRow)
                """, [.text(hook), .time(now)]
            ) { row throws(StoreError) in
                (number: try row.integer("number"), owner: row.optionalText("owner").flatMap(OwnerID.init(rawValue:)))
            }
            let living = Set(try connection.living(among: due.compactMap(\.owner)))
            let free = due.filter { $0.owner == nil || $0.owner == owner || !living.contains($0.owner ?? owner) }
            var claimed: [HookDelivery] = []
            for found in free.prefix(limit) {
                let delivery = try connection.first(
                    """
                    UPDATE hook_deliveries SET owner = ?, claim_token = claim_token + 1, tries = tries + 1
                    WHERE number = ? RETURNING *
                    """, [.text(owner.rawValue), .integer(found.number)]
                ) { row throws(StoreError) in try HookDelivery(row, now: now) }
                if let delivery { claimed.append(delivery) }
            }
            return claimed
        }
    }

    /// How a try of a delivery ended.
    package enum HookEnd: Sendable, Hashable {
        /// The target has the message.
        case delivered
        /// It is tried again at this time.
        case again(at: Timestamp, error: String)
        /// It is not tried again.
        case givenUp(error: String)
    }

    /// Records the end of a try. It has no effect if another owner has claimed the delivery since.
    /// - Throws: `StoreError` if the database cannot be used.
    package func finish(_ delivery: HookDelivery, _ end: HookEnd) async throws(StoreError) {
        let values: [SQLValue] =
            switch end {
            case .delivered: [.text("delivered"), .integer(0), .null]
            case .again(let time, let error): [.text("pending"), .time(time), .words(error)]
            case .givenUp(let error): [.text("given up"), .integer(0), .words(error)]
            }
        try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            let ended: SQLValue = if case .again = end { .null } else { .time(now) }
            try connection.run(
                """
                UPDATE hook_deliveries SET state = ?, not_before = ?, error = ?, ended_at = ?, owner = NULL
                WHERE number = ? AND claim_token = ? AND state = 'pending'
                """, values + [ended, .integer(delivery.number), .integer(delivery.token)])
            return
        }
    }

    /// The state of the deliveries of each hook that the store knows, by name.
    /// - Throws: `StoreError` if the database cannot be read.
    package func hookSummaries() async throws(StoreError) -> [HookSummary] {
        try await database.read { connection throws(StoreError) in
            try connection.rows(
                """
                SELECT c.hook AS hook,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'pending') AS pending,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'given up') AS dropped,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'delivered') AS delivered,
                    (SELECT min(at) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'pending') AS oldest,
                    (SELECT error FROM hook_deliveries d WHERE d.hook = c.hook AND d.tries > 0
                        ORDER BY number DESC LIMIT 1) AS error
                FROM hook_cursors c ORDER BY c.hook
                """
            ) { row throws(StoreError) in
                HookSummary(
                    hook: try row.text("hook"), pending: Int(clamping: try row.integer("pending")),
                    givenUp: Int(clamping: try row.integer("dropped")),
                    delivered: Int(clamping: try row.integer("delivered")), oldest: row.optionalTime("oldest"),
                    error: row.optionalText("error"))
            }
        }
    }

    /// The number of the last event that was read for a hook. Nil for a new hook, whose cursor is made at the end of the
    /// log. The row stays locked, so that one agent feeds a hook at a time.
    private static func cursor(of hook: String, _ connection: any Connection) throws(StoreError) -> Int64? {
        let found = try connection.first(
            "SELECT seq FROM hook_cursors WHERE hook = ?\(connection.lockOfRow)", [.text(hook)]
        ) { row throws(StoreError) in try row.integer("seq") }
        if let found { return found }
        try connection.run(
            """
            INSERT INTO hook_cursors (hook, seq) SELECT ?, coalesce(max(seq), 0) FROM events
            WHERE true ON CONFLICT (hook) DO NOTHING
            """, [.text(hook)])
        return nil
    }

    private static func addWaiting(
        _ source: HookSource, _ now: Timestamp, _ connection: any Connection
    ) throws(StoreError) -> Int {
        var added = 0
        for seconds in source.waits {
            let late = try connection.rows(
                """
                SELECT id, queue FROM runs WHERE state = 'queued' AND submitted_at < ? AND NOT EXISTS (
                    SELECT 1 FROM hook_deliveries d WHERE d.hook = ? AND d.run_id = runs.id AND d.kind = 'waiting'
                        AND d.event LIKE ?)
                ORDER BY sequence LIMIT 200
                """,
                [.integer(now.milliseconds - seconds * 1_000), .text(source.hook), .text("waiting:%:\(seconds)")]
            ) { row throws(StoreError) in (id: row.runID, queue: row.optionalText("queue")) }
            for run in late where source.includes(run.queue) {
                guard let id = run.id else { continue }
                added += try add(
                    "waiting:\(id.rawValue):\(seconds)", "waiting", id, run.queue, now, to: source.hook, connection)
            }
        }
        return added
    }

    /// Adds a delivery unless the hook has one about the event.
    private static func add(
        _ event: String, _ kind: String, _ run: RunID?, _ queue: String?, _ at: Timestamp, to hook: String,
        _ connection: any Connection
    ) throws(StoreError) -> Int {
        try connection.run(
            """
            INSERT INTO hook_deliveries (hook, event, kind, run_id, queue, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (hook, event) DO NOTHING
            """, [.text(hook), .text(event), .text(kind), .text(run?.rawValue), .text(queue), .time(at)])
    }
}
