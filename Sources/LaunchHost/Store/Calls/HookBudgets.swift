/// Counts costs of runs for the budgets of a hook, in the transaction that moves the hook's cursor.
///
/// `hook_costs` has the runs that are counted, because events may be read again. `hook_spending` has the sums.
struct HookBudgets {
    let source: HookSource
    let connection: any Connection
    let now: Timestamp
    /// The months in which costs were added.
    private var touched: Set<String> = []

    /// A sum that is higher than this grows no more.
    private static let highest: Int64 = 1_000_000_000_000_000_000

    init(_ source: HookSource, _ connection: any Connection, now: Timestamp) {
        (self.source, self.connection, self.now) = (source, connection, now)
    }

    /// Counts the cost of a run that has ended, once.
    /// - Parameters:
    ///   - queue: the queue of the run; a run without one is in no budget.
    ///   - time: when the end was recorded, by the clock of the store.
    mutating func count(_ run: RunID, of queue: String?, cost: Outcome.Cost?, at time: Timestamp) throws(StoreError) {
        guard !source.budgets.isEmpty, let queue, let money = cost?.money else { return }
        let month = Self.month(of: time)
        let isNew = try connection.run(
            "INSERT INTO hook_costs (hook, run_id, month) VALUES (?, ?, ?) ON CONFLICT (hook, run_id) DO NOTHING",
            [.text(source.hook), .text(run.rawValue), .text(month)])
        guard isNew > 0 else { return }
        try connection.run(
            """
            INSERT INTO hook_spending (hook, queue, month, currency, spent) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (hook, queue, month, currency) DO UPDATE SET spent = CASE
                WHEN hook_spending.spent > \(Self.highest) THEN hook_spending.spent
                ELSE hook_spending.spent + excluded.spent END
            """,
            [
                .text(source.hook), .text(queue), .text(month), .text(money.currency), .integer(money.millionths),
            ])
        touched.insert(month)
    }

    /// The budgets that are exceeded, in this month or in one in which costs were added. Each is an event that is the
    /// same until the end of its month.
    func exceeded() throws(StoreError) -> [(event: HookEvent, detail: ExceededBudget)] {
        var found: [(event: HookEvent, detail: ExceededBudget)] = []
        for budget in source.budgets {
            for month in touched.union([Self.month(of: now)]).sorted() {
                let rows = try connection.rows(
                    """
                    SELECT queue, spent FROM hook_spending
                    WHERE hook = ? AND month = ? AND currency = ? AND spent > ? ORDER BY queue
                    """,
                    [.text(source.hook), .text(month), .text(budget.currency), .integer(budget.millionths)]
                ) { row throws(StoreError) in (queue: try row.text("queue"), spent: try row.integer("spent")) }
                for row in rows where source.includes(row.queue) {
                    let spent = Money(millionths: row.spent, budget.currency)
                    found.append(
                        (
                            HookEvent(
                                "budget:\(row.queue):\(month):\(budget.millionths):\(budget.currency)", "budget", nil,
                                queue: row.queue, at: now),
                            ExceededBudget(
                                month: month, limit: budget.amount, spent: spent.amount, currency: budget.currency)
                        ))
                }
            }
        }
        return found
    }

    /// Removes the costs of the months before the last one. Those of hooks that no agent feeds stay for a year.
    static func removeOld(_ hook: String, _ now: Timestamp, _ connection: any Connection) throws(StoreError) {
        let last = month(of: now, earlier: 1)
        let year = month(of: now, earlier: 12)
        let old: [SQLValue] = [.text(last), .text(hook), .text(year)]
        // The month comes first: its index finds nothing on most days, and a hook may have many runs.
        try connection.run("DELETE FROM hook_spending WHERE month < ? AND (hook = ? OR month < ?)", old)
        try connection.run(
            """
            DELETE FROM hook_costs WHERE (hook, run_id) IN (
                SELECT hook, run_id FROM hook_costs WHERE month < ? AND (hook = ? OR month < ?) LIMIT ?)
            """, old + [.integer(Store.hookPage)])
    }

    /// The month of a time in UTC, or one before it: `2026-11`.
    static func month(of time: Timestamp, earlier: Int = 0) -> String {
        let parts = time.description.split(separator: "-")
        guard parts.count > 2, let year = Int(parts[0]), let month = Int(parts[1]) else { return "" }
        let months = year * 12 + month - 1 - earlier
        let digits = String(months % 12 + 101).dropFirst()
        return "\(String(months / 12 + 10_000).dropFirst())-\(digits)"
    }
}
