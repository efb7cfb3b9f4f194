import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

@Suite("what hooks list says about budgets") struct BudgetStateTests {
    private func states(_ triggers: [String], queues: [String]?, _ spending: [(String, Double, String)]) -> [String] {
        let settings = HookSettings(
            name: "h", triggers: Set(triggers.compactMap(HookReader.trigger)), target: .program(["x"]), queues: queues)
        let summary = HookSummary(
            hook: "h", pending: 0, givenUp: 0, delivered: 0, month: "2026-11",
            spending: spending.map { queue, amount, currency in
                HookSpending(
                    queue: queue, month: "2026-11", spent: Money(millionths: Int64(amount * 1e6), currency))
            })
        return BudgetState.all(of: settings, summary).map { $0.words + ($0.isExceeded ? "!" : "") }
    }

    @Test func `each budget is compared with the costs of its currency`() {
        let spending = [("q", 13.0, "USD"), ("r", 10, "USD"), ("q", 0.5, "JPY")]
        #expect(
            states(["failed", "budget > 10 USD", "budget > 500 USD", "budget > 3 EUR"], queues: nil, spending) == [
                "0.00 EUR of 3.00 EUR in 2026-11", "q: 13.00 USD of 10.00 USD in 2026-11!",
                "r: 10.00 USD of 10.00 USD in 2026-11", "q: 13.00 USD of 500.00 USD in 2026-11",
                "r: 10.00 USD of 500.00 USD in 2026-11", "q: 0.5000 JPY not counted in 2026-11",
            ])
    }

    @Test func `a hook of certain queues names each of them, and no other`() {
        #expect(
            states(["budget > 10 USD"], queues: ["a", "q"], [("q", 11, "USD"), ("z", 99, "USD"), ("z", 9, "JPY")]) == [
                "q: 11.00 USD of 10.00 USD in 2026-11!", "a: 0.00 USD of 10.00 USD in 2026-11",
            ])
    }

    @Test func `a hook without a budget has no states`() {
        #expect(states(["failed"], queues: nil, [("q", 11, "USD")]) == [])
    }
}
