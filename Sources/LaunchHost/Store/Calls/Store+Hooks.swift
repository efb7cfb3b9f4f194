extension Store {
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
            let now = try connection.now
            let month = HookBudgets.month(of: now)
            let spending = try connection.rows(
                "SELECT hook, queue, month, currency, spent FROM hook_spending WHERE month = ? ORDER BY queue, currency",
                [.text(month)]
            ) { row throws(StoreError) in
                (
                    hook: try row.text("hook"),
                    spending: HookSpending(
                        queue: try row.text("queue"), month: try row.text("month"),
                        spent: Money(millionths: try row.integer("spent"), try row.text("currency")))
                )
            }
            return try connection.rows(
                """
                SELECT c.hook AS hook,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'pending') AS pending,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'given up'
                        AND d.ended_at >= ?1) AS dropped,
                    (SELECT count(*) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'delivered'
                        AND d.ended_at >= ?1) AS delivered,
                    (SELECT min(at) FROM hook_deliveries d WHERE d.hook = c.hook AND d.state = 'pending') AS oldest,
                    (SELECT error FROM hook_deliveries d WHERE d.hook = c.hook AND d.tries > 0
                        ORDER BY number DESC LIMIT 1) AS error
                FROM hook_cursors c ORDER BY c.hook
                """, [.integer(now.milliseconds - Self.kept)]
            ) { row throws(StoreError) in
                let hook = try row.text("hook")
                return HookSummary(
                    hook: hook, pending: Int(clamping: try row.integer("pending")),
                    givenUp: Int(clamping: try row.integer("dropped")),
                    delivered: Int(clamping: try row.integer("delivered")), oldest: row.optionalTime("oldest"),
                    error: row.optionalText("error"),
                    month: month, spending: spending.filter { $0.hook == hook }.map(\.spending))
            }
        }
    }
}
