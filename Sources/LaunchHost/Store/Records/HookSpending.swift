/// What the runs of a queue have cost in a month, as a hook has counted it.
package struct HookSpending: Sendable, Hashable {
    /// The queue.
    package var queue: String
    /// The month in UTC: `2026-11`.
    package var month: String
    /// The sum of the costs.
    package var spent: Money
}

/// A budget that was exceeded: what a delivery of the kind `budget` reports.
package struct ExceededBudget: Sendable, Hashable, Codable {
    /// The month in UTC: `2026-11`.
    package var month: String
    /// The amount that was exceeded, in units of the currency.
    package var limit: Double
    /// The sum of the costs at the time of the event.
    package var spent: Double
    /// The currency code by ISO 4217.
    package var currency: String
}
