import Foundation
import Synchronization
import TestSupport
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

@Suite("budgets of hooks in the store") struct HookBudgetTests {
    /// A report as a line: queue, month, limit and spent.
    private struct Report: Hashable, CustomStringConvertible {
        let queue: String
        let limit: Double
        let spent: Double
        var description: String { "\(queue) \(limit) \(spent)" }
    }

    private let sandbox: Sandbox
    private let now = Shared(Date(timeIntervalSince1970: 1_795_000_000))  // 18 November 2026
    private let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try sandbox.store { [now] in now.with { $0 } }
        for name in ["q", "other"] { try await store.createQueue(QueueDefinition(name: name, resource: "mock")) }
    }

    private func source(_ limits: String..., queues: [String]? = nil) throws -> HookSource {
        let triggers = limits.compactMap { HookReader.trigger("budget > \($0)") }
        #expect(triggers.count == limits.count)
        return HookSource(
            HookSettings(name: "h", triggers: Set(triggers), target: .program(["x"]), queues: queues))
    }

    @discardableResult
    private func spend(_ amount: Double, _ currency: String = "USD", queue: String? = "q") async throws -> RunID {
        let owner = try await store.becomeOwner(kind: "test")
        let run = try await store.submit(.sample(queue: queue), as: .random(), claimedBy: owner.id)
        try await store.transition(
            run.id, token: run.fencingToken, to: .failed, cause: Cause(.exit, "x"),
            changes: RunChanges(outcome: Outcome(cost: Outcome.Cost(amount, currency))))
        return run.id
    }

    /// Feeds the hook, and takes what it reports.
    private func reports(_ source: HookSource) async throws -> [Report] {
        try await store.feed(source)
        let owner = try await store.becomeOwner(kind: "agent")
        var reports: [Report] = []
        for delivery in try await store.claimDeliveries(of: "h", by: owner.id, limit: 99) {
            #expect(delivery.kind == "budget" && delivery.runID == nil && delivery.budget?.month.count == 7)
            reports.append(
                Report(
                    queue: delivery.queue ?? "-", limit: delivery.budget?.limit ?? 0,
                    spent: delivery.budget?.spent ?? 0))
            try await store.finish(delivery, .delivered)
        }
        return reports
    }

    private func spending() async throws -> [String] {
        try await store.hookSummaries().flatMap(\.spending).map { "\($0.queue) \($0.spent)" }
    }

    @Test func `each amount is reported once for each queue, when it is exceeded`() async throws {
        let source = try source("10 USD", "20.50 USD")
        #expect(try await reports(source) == [])
        try await spend(6)
        #expect(try await reports(source) == [])
        try await spend(4)
        #expect(try await reports(source) == [])
        try await spend(0.01)
        #expect(try await reports(source) == [Report(queue: "q", limit: 10, spent: 10.01)])
        try await spend(10)
        try await spend(11, queue: "other")
        #expect(try await reports(source) == [Report(queue: "other", limit: 10, spent: 11)])
        try await spend(100)
        #expect(try await reports(source) == [Report(queue: "q", limit: 20.5, spent: 120.01)])
        try await spend(100)
        #expect(try await reports(source) == [])
        #expect(try await spending() == ["other 11.00 USD", "q 220.01 USD"])
    }

    @Test func `another currency, a run without a queue and an amount that cannot be are not counted`() async throws {
        let source = try source("10 USD")
        _ = try await reports(source)
        try await spend(100, "EUR")
        try await spend(100, queue: nil)
        try await spend(-100)
        try await spend(1e12)
        try await spend(100, "usd")
        #expect(try await reports(source) == [])
        #expect(try await spending() == ["q 100.00 EUR"])
    }

    @Test func `only the queues of the hook are counted`() async throws {
        let source = try source("10 USD", queues: ["other"])
        _ = try await reports(source)
        try await spend(11)
        try await spend(12, queue: "other")
        #expect(try await reports(source) == [Report(queue: "other", limit: 10, spent: 12)])
    }

    /// A server reads the events of two minutes again, and several agents feed one hook.
    @Test func `a run is counted once, however often its event is read`() async throws {
        let source = try source("10 USD")
        _ = try await reports(source)
        for _ in 0..<20 { try await spend(1) }
        try await concurrently(8) { _ in try await store.feed(source) }
        try await store.database.write { connection throws(StoreError) in
            try connection.run("UPDATE hook_cursors SET seq = 0")
        }
        #expect(try await reports(source).map(\.limit) == [10])
        #expect(try await reports(source) == [])
        #expect(try await spending() == ["q 20.00 USD"])
    }

    @Test func `an amount that was changed is compared with what is spent already`() async throws {
        _ = try await reports(source("100 USD"))
        try await spend(50)
        #expect(try await reports(source("100 USD")) == [])
        #expect(try await reports(source("40 USD")) == [Report(queue: "q", limit: 40, spent: 50)])
        #expect(try await reports(source("60 USD")) == [])
        try await spend(50)
        #expect(try await reports(source("60 USD")) == [Report(queue: "q", limit: 60, spent: 100)])
    }

    @Test(.enabled(if: Sandbox.isSQLite))
    func `a month begins with nothing, and a delivered report is not repeated before`() async throws {
        let source = try source("10 USD")
        _ = try await reports(source)
        try await spend(11)
        #expect(try await reports(source).map(\.spent) == [11])
        // 29 November: the record of another delivery would have been removed.
        now.with { $0 += 11 * 86_400 }
        try await spend(1)
        #expect(try await reports(source) == [])
        now.with { $0 += 4 * 86_400 }
        try await spend(9)
        #expect(try await reports(source) == [])
        #expect(try await spending() == ["q 9.00 USD"])
        try await spend(9)
        #expect(try await reports(source).map(\.spent) == [18])
        // January: November is removed.
        now.with { $0 += 31 * 86_400 }
        #expect(try await reports(source) == [])
        let months = try await store.database.read { connection throws(StoreError) in
            try connection.rows("SELECT DISTINCT month FROM hook_spending UNION SELECT month FROM hook_costs") {
                row throws(StoreError) in try row.text("month")
            }
        }
        #expect(months == ["2026-12"])
    }

    /// An event that is read in the next month counts in its own.
    @Test(.enabled(if: Sandbox.isSQLite))
    func `a hook that was away reports the month in which the runs ended`() async throws {
        let source = try source("10 USD")
        _ = try await reports(source)
        try await spend(11)
        now.with { $0 += 20 * 86_400 }
        #expect(try await reports(source).map(\.spent) == [11])
        #expect(try await spending() == [])
    }

    @Test(
        arguments: [
            (0, 0, "1970-01"), (1_798_761_599_999, 0, "2026-12"), (1_798_761_600_000, 0, "2027-01"),
            (1_798_761_600_000, 1, "2026-12"), (1_798_761_600_000, 12, "2026-01"), (1_798_761_600_000, 13, "2025-12"),
        ] as [(Int64, Int, String)])
    func `a month is that of UTC`(milliseconds: Int64, earlier: Int, month: String) {
        #expect(HookBudgets.month(of: Timestamp(milliseconds: milliseconds), earlier: earlier) == month)
    }
}
