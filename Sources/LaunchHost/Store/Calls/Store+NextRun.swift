/// Chooses the next run of a queue.
extension Store {
    /// A run that can be claimed.
    struct ReadyRun {
        var sequence: Int64
        /// Nil if the text in the row is not a run ID.
        var id: RunID?
        var author: String
        /// Whether other submitters wait in the queue, too.
        var competes: Bool
        var use: FairShare.Use
    }

    /// The limits of those queues that have some. In a transaction that writes, their rows are locked in the order of their
    /// names: claims of a queue with limits wait for each other, so that they never exceed them, and two claims of several
    /// queues never wait for each other in a circle.
    ///
    /// Limits that cannot be read permit no claim, because their queue cannot be used either.
    static func limits(
        of queues: [String], _ connection: any Connection
    ) throws(StoreError) -> [String: QueueLimits] {
        let found = try limits(of: queues, lock: "", connection)
        let bounded = found.filter { $0.value.boundsClaims }.map(\.key)
        guard !connection.lockOfRow.isEmpty, !bounded.isEmpty else { return found }
        return try limits(of: bounded, lock: connection.lockOfRow, connection)
    }

    private static func limits(
        of queues: [String], lock: String, _ connection: any Connection
    ) throws(StoreError) -> [String: QueueLimits] {
        let found = try connection.rows(
            """
            SELECT name, limits FROM queues
            WHERE limits IS NOT NULL AND name IN (SELECT value FROM json_each(?)) ORDER BY name\(lock)
            """, [try .json(queues)]
        ) { row throws(StoreError) -> (name: String, limits: QueueLimits) in
            var values = StoredValues(row)
            let limits: QueueLimits? = values.json("limits")
            return (try row.text("name"), limits ?? QueueLimits(queue: 0))
        }
        return Dictionary(found.map { ($0.name, $0.limits) }) { first, _ in first }
    }

    /// A queue that is not paused.
    struct OpenQueue {
        var limits: QueueLimits?
    }

    /// Those of the queues that are not paused, with their limits as by `limits(of:)`.
    static func openQueues(
        among names: [String], _ connection: any Connection
    ) throws(StoreError) -> [String: OpenQueue] {
        let found = try connection.rows(
            """
            SELECT name, CASE WHEN limits IS NULL THEN 0 ELSE 1 END AS is_limited FROM queues
            WHERE paused = 0 AND name IN (SELECT value FROM json_each(?))
            """, [try .json(names)]
        ) { row throws(StoreError) in (name: try row.text("name"), isLimited: try row.flag("is_limited")) }
        let limited = found.filter(\.isLimited).map(\.name)
        let limits = limited.isEmpty ? [:] : try limits(of: limited, connection)
        return Dictionary(found.map { ($0.name, OpenQueue(limits: limits[$0.name])) }) { first, _ in first }
    }

    /// The next runs of an open queue that may be claimed, in their order; none if the queue is at its limit, or without a
    /// ready run. In a transaction that writes, the runs are locked.
    ///
    /// The cost grows with the number of submitters that wait, not with the number of runs.
    /// - Parameter most: the number of runs, from 1. There is only one if its claim may change which run is the next:
    ///   several submitters or priorities wait, or the queue has limits.
    static func readyRuns(
        in queue: String, limits: QueueLimits?, besides avoided: Set<RunID>, upTo most: Int, at now: Timestamp,
        _ connection: any Connection
    ) throws(StoreError) -> [ReadyRun] {
        if let most = limits?.queue, try countHeld(in: queue, connection) >= most { return [] }
        let demands = try claimableDemands(in: queue, limits: limits, connection)
        if demands?.isEmpty == true { return [] }
        let heads = try heads(of: queue, besides: avoided, demands: demands, at: now, connection)
        let competes = Set(heads.map(\.author)).count > 1
        for head in try free(FairShare.order(heads, at: now), in: queue, limits: limits, connection) {
            let (index, condition) = demands == nil ? ("runs_ready_of", "") : ("runs_ready_for", "AND demand = ?7")
            let free = try connection.rows(
                """
                SELECT sequence, id FROM runs INDEXED BY \(index)
                WHERE state = 'queued' AND queue = ?1 AND author = ?4 AND priority = ?5 AND sequence >= ?6
                    \(condition) AND \(isReady) AND id NOT IN (SELECT value FROM json_each(?3))
                ORDER BY sequence LIMIT ?8\(connection.lockOfOneRow)
                """,
                [
                    .text(queue), .time(now), try .json(avoided.map(\.rawValue)), .text(head.author),
                    .integer(head.rank), .integer(head.sequence), .text(head.demand),
                    .integer(heads.count == 1 && limits == nil ? most : 1),
                ]
            ) { row throws(StoreError) in
                ReadyRun(
                    sequence: try row.integer("sequence"), id: row.runID, author: head.author, competes: competes,
                    use: head.use)
            }
            if !free.isEmpty { return free }
        }
        return []
    }

    /// The candidates in their order, without those of submitters at their limit.
    static func free(
        _ candidates: [FairShare.Candidate], in queue: String, limits: QueueLimits?, _ connection: any Connection
    ) throws(StoreError) -> [FairShare.Candidate] {
        guard let most = limits?.perSubmitter else { return candidates }
        var isFull: [String: Bool] = [:]
        for author in Set(candidates.map(\.author)) {
            isFull[author] = try countHeld(in: queue, of: author, upTo: most, connection) >= most
        }
        return candidates.filter { isFull[$0.author] != true }
    }

    /// Records the claim in the submitter's use of the queue. The use of a submitter that has the queue for itself is not
    /// recorded: no other submitter waited.
    static func recordUse(
        of run: ReadyRun, in queue: String, at now: Timestamp, _ connection: any Connection
    ) throws(StoreError) {
        guard run.competes else { return }
        let use = run.use.adding(at: now)
        try connection.run(
            """
            INSERT INTO shares (queue, author, claims, at) VALUES (?1, ?2, ?3, ?4)
            -- Another claim may have changed the row since it was read. This one is added to it then.
            ON CONFLICT (queue, author) DO UPDATE SET
                claims = CASE WHEN shares.at = ?5 THEN excluded.claims ELSE shares.claims + ?6 END,
                at = CASE WHEN shares.at = ?5 OR shares.at < excluded.at THEN excluded.at ELSE shares.at END
            """,
            [
                .text(queue), .text(run.author), .integer(use.claims), .time(use.at), .time(run.use.at),
                .integer(FairShare.claim),
            ])
    }

    /// Takes a run that returns to its queue out of its submitter's use, so that each run counts at most once.
    static func releaseUse(of id: RunID, at now: Timestamp, _ connection: any Connection) throws(StoreError) {
        let charged = try connection.first(
            """
            SELECT runs.charged_at, shares.at, shares.queue, shares.author FROM runs
            JOIN shares ON shares.queue = runs.queue AND shares.author = runs.author
            WHERE runs.id = ? AND runs.charged_at IS NOT NULL
            """, [.text(id.rawValue)]
        ) { row throws(StoreError) in
            (
                claim: FairShare.Use(claims: FairShare.claim, at: try row.time("charged_at")),
                at: try row.time("at"), queue: try row.text("queue"), author: try row.text("author")
            )
        }
        guard let charged else { return }
        try connection.run(
            """
            UPDATE shares SET claims = CASE WHEN claims > ?1 THEN claims - ?1 ELSE 0 END
            WHERE queue = ?2 AND author = ?3
            """,
            [.integer(charged.claim.decayed(at: charged.at)), .text(charged.queue), .text(charged.author)])
        try connection.run("UPDATE runs SET charged_at = NULL WHERE id = ?", [.text(id.rawValue)])
    }

    /// The number of runs of the queue that owners hold.
    static func countHeld(in queue: String, _ connection: any Connection) throws(StoreError) -> Int {
        try connection.first(
            """
            SELECT coalesce(sum(runs), 0) AS n FROM run_counts
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND queue = ?
            """, [.text(queue)]
        ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
    }

    /// The number of runs of the queue and the submitter that owners hold; not counted above `most`.
    static func countHeld(
        in queue: String, of author: String, upTo most: Int, _ connection: any Connection
    ) throws(StoreError) -> Int {
        try connection.first(
            """
            SELECT count(*) AS n FROM (SELECT 1 FROM runs INDEXED BY runs_live_of
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND queue = ? AND author = ?
                LIMIT ?) AS held
            """, [.text(queue), .text(author), .integer(most)]
        ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
    }

    /// A wait that begins in the future began before the clock was set back. Its length is unknown, and so it is over.
    static let isReady = """
        stop_requested_at IS NULL AND (not_before IS NULL OR not_before <= ?2 OR requeued_at > ?2)
        """

    /// The first ready run of each submitter in each priority, and with each of `demands` if they are given.
    static func heads(
        of queue: String, besides avoided: Set<RunID>, demands: [String]?, at now: Timestamp,
        _ connection: any Connection
    ) throws(StoreError) -> [FairShare.Candidate] {
        try connection.rows(
            demands == nil ? headsStatement : headsWithDemandsStatement,
            [.text(queue), .time(now), try .json(avoided.map(\.rawValue))]
                + (demands.map { demands throws(StoreError) in [try .json(demands)] } ?? [])
        ) { row throws(StoreError) in
            FairShare.Candidate(
                author: try row.text("author"), rank: Int(clamping: try row.integer("priority")),
                sequence: try row.integer("sequence"), submittedAt: try row.time("submitted_at"),
                use: FairShare.Use(claims: row.optionalInteger("claims") ?? 0, at: row.optionalTime("at") ?? now),
                demand: try row.text("demand"))
        }
    }

    static let headsStatement = heads(hasDemands: false)
    static let headsWithDemandsStatement = heads(hasDemands: true)

    /// One step in the index for each submitter, priority and demand, not one for each run.
    private static func heads(hasDemands: Bool) -> String {
        """
        WITH RECURSIVE authors (author) AS (
            SELECT (SELECT author FROM runs INDEXED BY runs_ready_of WHERE state = 'queued' AND queue = ?1
                ORDER BY author LIMIT 1)
            UNION ALL
            SELECT (SELECT runs.author FROM runs INDEXED BY runs_ready_of
                WHERE state = 'queued' AND queue = ?1 AND runs.author > authors.author
                ORDER BY runs.author LIMIT 1)
            FROM authors WHERE authors.author IS NOT NULL
        )\(hasDemands ? ", demands (demand) AS (SELECT value FROM json_each(?4))" : ""), heads (author, sequence) AS (
            SELECT authors.author, (SELECT sequence FROM runs INDEXED BY \(hasDemands ? "runs_ready_for" : "runs_ready_of")
                WHERE state = 'queued' AND queue = ?1 AND runs.author = authors.author AND priority = ranks.rank
                    \(hasDemands ? "AND runs.demand = demands.demand" : "")
                    AND \(isReady) AND id NOT IN (SELECT value FROM json_each(?3))
                ORDER BY sequence LIMIT 1)
            FROM authors
            CROSS JOIN (SELECT 0 AS rank UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) AS ranks
            \(hasDemands ? "CROSS JOIN demands" : "")
            WHERE authors.author IS NOT NULL
            UNION ALL \(strange(hasDemands: hasDemands))
        )
        SELECT runs.author, runs.priority, runs.sequence, runs.submitted_at, runs.demand, shares.claims, shares.at
        FROM heads JOIN runs ON runs.sequence = heads.sequence
        LEFT JOIN shares ON shares.queue = ?1 AND shares.author = heads.author
        """
    }

    /// The first run with another number for its priority, which is from another program.
    private static func strange(hasDemands: Bool) -> String {
        ["priority < 0", "priority > 3"].map { condition in
            """
            SELECT author, sequence FROM (SELECT author, sequence FROM runs INDEXED BY runs_ready
                WHERE state = 'queued' AND queue = ?1 AND \(condition) AND \(isReady)
                    \(hasDemands ? "AND demand IN (SELECT value FROM json_each(?4))" : "")
                    AND id NOT IN (SELECT value FROM json_each(?3))
                ORDER BY priority, sequence LIMIT 1) AS strange
            """
        }.joined(separator: " UNION ALL ")
    }
}
