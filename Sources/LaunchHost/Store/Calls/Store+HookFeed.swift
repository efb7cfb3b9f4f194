extension Store {
    /// How long an event may be added to the log after an event with a higher number: transactions of a server commit in
    /// another order than they number their events. A transaction is ended before this time.
    private static let unsettled: Int64 = 120_000
    /// How long the record of a delivery stays.
    static let kept: Int64 = 7 * 86_400_000
    /// How long that of an exceeded budget stays: it is what keeps the report of its month from being repeated.
    private static let keptOfBudget: Int64 = 70 * 86_400_000
    /// The number of events that one transaction reads, and of old deliveries that it removes. While it runs, no other
    /// program can write to a store on this machine.
    static let hookPage: Int64 = 500
    /// The pause between two pages, in which programs that wait for the lock of the database get it.
    private static let pauseOfPages = Duration.milliseconds(5)

    /// How far a hook has read the log of events.
    struct HookPage: Sendable, Hashable {
        /// The number of the last event that was read.
        var place: Int64 = 0
        /// Whether no event before `place` can be added later, so that the cursor follows.
        var isSettled = true
        /// The number of events that this page has read.
        var events = 0
        /// The number of deliveries that this page has added.
        var added = 0
        /// Whether the page has reached the end of the log.
        var isLast = false
    }

    /// Adds a delivery for each event of the log that a hook reports and that has none yet. The first call for a hook
    /// begins after the present end of the log.
    ///
    /// The log is read page by page. Each page is one transaction, which also moves the cursor, so a program that ends at
    /// any point loses no event and adds no delivery twice. Others write between two pages.
    /// - Returns: the number of deliveries that were added.
    /// - Throws: `StoreError` if the database cannot be used.
    @discardableResult
    package func feed(_ source: HookSource) async throws(StoreError) -> Int {
        var page = HookPage()
        var added = 0
        while true {
            page = try await feed(source, after: page)
            added += page.added
            if page.isLast { return added }
            do { try await Task.sleep(for: Self.pauseOfPages) } catch { return added }
        }
    }

    /// Makes the cursor of a hook at the end of the log, if it is new.
    /// - Throws: `StoreError` if the database cannot be used.
    package func beginFeed(_ hook: String) async throws(StoreError) {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            _ = try Self.cursor(of: hook, connection)
        }
    }

    /// Reads one page of the log.
    /// - Parameter last: the page before it; a new value begins at the hook's cursor.
    /// - Throws: `StoreError` if the database cannot be used.
    func feed(_ source: HookSource, after last: HookPage) async throws(StoreError) -> HookPage {
        let window = isShared ? Self.unsettled : 0
        return try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            guard let cursor = try Self.cursor(of: source.hook, connection) else { return HookPage(isLast: true) }
            var page = HookPage(place: max(cursor, last.place), isSettled: last.isSettled)
            let events = try connection.rows(
                "SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
                [.integer(page.place), .integer(Self.hookPage)]
            ) { row throws(StoreError) in try EventRecord.numbered(row) }
            var settled = cursor
            var budgets = HookBudgets(source, connection, now: now)
            for (sequence, event) in events {
                page.place = sequence
                if let event {
                    page.isSettled = page.isSettled && event.at.milliseconds <= now.milliseconds - window
                }
                if page.isSettled { settled = sequence }
                guard let event, source.observes(event.state) else { continue }
                let run = try connection.first(
                    "SELECT queue, outcome FROM runs WHERE id = ?", [.text(event.runID.rawValue)]
                ) { row throws(StoreError) in
                    var values = StoredValues(row)
                    let outcome: Outcome? = source.budgets.isEmpty ? nil : values.json("outcome")
                    return (queue: row.optionalText("queue"), cost: outcome?.cost)
                }
                guard source.includes(run?.queue) else { continue }
                try budgets.count(event.runID, of: run?.queue, cost: run?.cost, at: event.at)
                guard source.ends.contains(event.state) else { continue }
                page.added += try Self.add(
                    HookEvent(
                        "event:\(sequence)", event.state.rawValue, event.runID, queue: run?.queue, at: event.at),
                    to: source.hook, connection)
            }
            for (event, detail) in try budgets.exceeded() {
                page.added += try Self.add(event, detail: .json(detail), to: source.hook, connection)
            }
            page.events = events.count
            page.isLast = events.count < Self.hookPage
            try connection.run(
                "UPDATE hook_cursors SET seq = ? WHERE hook = ? AND seq < ?",
                [.integer(settled), .text(source.hook), .integer(settled)])
            if page.isLast {
                page.added += try Self.addWaiting(source, now, connection)
                try Self.removeOldDeliveries(now, connection)
                try HookBudgets.removeOld(source.hook, now, connection)
            }
            return page
        }
    }

    /// Adds a delivery about a queue that waits for an agent, once a day.
    /// - Throws: `StoreError` if the database cannot be used.
    package func feedAbsentAgent(_ queue: String, to hook: String) async throws(StoreError) {
        try await database.write(isNotified: false) { connection throws(StoreError) in
            let now = try connection.now
            let day = now.milliseconds / 86_400_000
            _ = try Self.add(
                HookEvent("no-agent:\(queue):\(day)", "no-agent", nil, queue: queue, at: now), to: hook, connection)
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

    /// Adds deliveries about runs that wait for too long, at most 200 for each time.
    private static func addWaiting(
        _ source: HookSource, _ now: Timestamp, _ connection: any Connection
    ) throws(StoreError) -> Int {
        var added = 0
        // The condition is part of the query: late runs of other queues must not fill its limit.
        let queues = source.queues ?? []
        let places = queues.map { _ in "?" }.joined(separator: ", ")
        let ofQueues = source.queues == nil ? "" : "AND queue IN (\(places.isEmpty ? "NULL" : places))"
        for seconds in source.waits {
            let late = try connection.rows(
                """
                SELECT id, queue FROM runs WHERE state = 'queued' AND submitted_at < ? AND NOT EXISTS (
                    SELECT 1 FROM hook_deliveries d WHERE d.hook = ? AND d.run_id = runs.id AND d.kind = 'waiting'
                        AND d.event LIKE ?) \(ofQueues)
                ORDER BY sequence LIMIT 200
                """,
                [.integer(now.milliseconds - seconds * 1_000), .text(source.hook), .text("waiting:%:\(seconds)")]
                    + queues.map { .text($0) }
            ) { row throws(StoreError) in (id: row.runID, queue: row.optionalText("queue")) }
            for run in late {
                guard let id = run.id else { continue }
                added += try add(
                    HookEvent("waiting:\(id.rawValue):\(seconds)", "waiting", id, queue: run.queue, at: now),
                    to: source.hook, connection)
            }
        }
        return added
    }

    private static func removeOldDeliveries(_ now: Timestamp, _ connection: any Connection) throws(StoreError) {
        try connection.run(
            """
            DELETE FROM hook_deliveries WHERE number IN (
                SELECT number FROM hook_deliveries WHERE state <> 'pending' AND ended_at < ?
                    AND (kind <> 'budget' OR ended_at < ?) LIMIT ?)
            """,
            [
                .integer(now.milliseconds - kept), .integer(now.milliseconds - keptOfBudget), .integer(hookPage),
            ])
    }

    /// Adds a delivery unless the hook has one about the event.
    private static func add(
        _ event: HookEvent, detail: SQLValue = .null, to hook: String, _ connection: any Connection
    ) throws(StoreError) -> Int {
        try connection.run(
            """
            INSERT INTO hook_deliveries (hook, event, kind, run_id, queue, at, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (hook, event) DO NOTHING
            """,
            [
                .text(hook), .text(event.name), .text(event.kind), .text(event.runID?.rawValue), .text(event.queue),
                .time(event.at), detail,
            ])
    }
}
