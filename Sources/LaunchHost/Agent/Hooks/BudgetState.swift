/// What a hook has counted for one of its budgets in the present month.
package struct BudgetState: Sendable, Hashable, Encodable {
    /// The queue; nil if the hook names none, and no run with a cost has ended in this month.
    package var queue: String?
    /// The month in UTC: `2026-11`; nil before an agent has read the hook.
    package var month: String?
    /// The sum of the costs of the runs that ended in the month.
    package var spent: Double
    /// The amount of the budget; nil for costs in a currency in which the hook has no budget. They are not counted.
    package var limit: Double?
    /// The currency code by ISO 4217.
    package var currency: String
    /// Whether the costs are above the budget.
    package var isExceeded: Bool

    /// The states of all budgets of a hook, and of costs that belong to none.
    package static func all(of settings: HookSettings, _ summary: HookSummary?) -> [BudgetState] {
        let budgets = settings.budgets
        guard !budgets.isEmpty else { return [] }
        let spending = (summary?.spending ?? []).filter { settings.queues?.contains($0.queue) ?? true }
        func states(_ spending: [HookSpending], of budget: Money?) -> [BudgetState] {
            spending.map { entry in
                BudgetState(
                    queue: entry.queue, month: entry.month, spent: entry.spent.amount, limit: budget?.amount,
                    currency: entry.spent.currency,
                    isExceeded: budget.map { entry.spent.millionths > $0.millionths } ?? false)
            }
        }
        let known = budgets.flatMap { budget -> [BudgetState] in
            let counted = states(spending.filter { $0.spent.currency == budget.currency }, of: budget)
            let seen = counted.compactMap(\.queue)
            // A hook of all queues does not know those without a cost.
            let unseen: [String?] = settings.queues?.filter { !seen.contains($0) } ?? (seen.isEmpty ? [nil] : [])
            return counted
                + unseen.map { queue in
                    BudgetState(
                        queue: queue, month: summary?.month, spent: 0, limit: budget.amount,
                        currency: budget.currency, isExceeded: false)
                }
        }
        let currencies = Set(budgets.map(\.currency))
        return known + states(spending.filter { !currencies.contains($0.spent.currency) }, of: nil)
    }

    /// `train: 512.30 USD of 500.00 USD in 2026-11`
    package var words: String {
        func money(_ amount: Double) -> String { Money.text(amount, currency) }
        let amount = limit.map { "\(money(spent)) of \(money($0))" } ?? "\(money(spent)) not counted"
        return (queue.map { "\($0): " } ?? "") + amount + (month.map { " in \($0)" } ?? "")
    }
}

extension ExceededBudget {
    /// The event as a sentence.
    func sentence(of queue: String) -> String {
        func money(_ amount: Double) -> String { Money.text(amount, currency) }
        return
            "The runs of the queue '\(queue)' that ended in \(month) have cost \(money(spent)), more than the budget "
            + "of \(money(limit))."
    }
}
