import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchStore

@Suite("deliveries of hooks in the store") struct HookStoreTests {
    private let sandbox: Sandbox
    private let store: Store
    private let source = HookSource(
        HookSettings(
            name: "h", triggers: [.end(.failed), .end(.stopped), .waiting(1)], target: .program(["x"])))

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.feed(source)
    }

    private func end(_ state: RunState) async throws -> RunID {
        let owner = try await store.becomeOwner(kind: "test")
        let run = try await store.submit(.sample(), as: .random(), claimedBy: owner.id)
        try await store.transition(run.id, token: run.fencingToken, to: state, cause: Cause(.exit, "x"))
        return run.id
    }

    @Test func `each end is added once, from the first call for the hook on`() async throws {
        let other = HookSource(HookSettings(name: "late", triggers: [.end(.failed)], target: .program(["x"])))
        let first = try await end(.failed)
        _ = try await end(.succeeded)
        #expect(try await store.feed(source) == 1)
        #expect(try await store.feed(source) == 0)
        #expect(try await store.feed(other) == 0)
        let second = try await end(.failed)
        #expect(try await store.feed(other) == 1)
        try await concurrently(8) { _ in try await store.feed(source) }
        let owner = try await store.becomeOwner(kind: "agent")
        let claimed = try await store.claimDeliveries(of: "h", by: owner.id, limit: 16)
        #expect(claimed.map(\.runID) == [first, second] && claimed.map(\.kind) == ["failed", "failed"])
        #expect(claimed.map(\.tries) == [1, 1] && claimed.map(\.queue) == ["q", "q"])
        #expect(try await store.claimDeliveries(of: "late", by: owner.id, limit: 16).map(\.runID) == [second])
    }

    @Test func `the beginning of a hook reads nothing, and moves no cursor`() async throws {
        let new = HookSource(HookSettings(name: "new", triggers: [.end(.failed)], target: .program(["x"])))
        _ = try await end(.failed)
        try await store.beginFeed("new")
        try await store.beginFeed("h")
        #expect(try await store.hookSummaries().map(\.pending) == [0, 0])
        let later = try await end(.failed)
        try await store.beginFeed("new")
        #expect(try await store.feed(new) == 1)
        #expect(try await store.feed(source) == 2)
        let owner = try await store.becomeOwner(kind: "agent")
        #expect(try await store.claimDeliveries(of: "new", by: owner.id, limit: 9).map(\.runID) == [later])
    }

    @Test func `a delivery belongs to one living owner, and a late end has no effect`() async throws {
        _ = try await end(.failed)
        try await store.feed(source)
        let dead: HookDelivery
        do {
            let owner = try await store.becomeOwner(kind: "agent")
            dead = try #require(try await store.claimDeliveries(of: "h", by: owner.id, limit: 9).first)
            let rival = try await store.becomeOwner(kind: "agent")
            #expect(try await store.claimDeliveries(of: "h", by: rival.id, limit: 9).isEmpty)
            withExtendedLifetime((owner, rival)) {}
        }
        let next = try await store.becomeOwner(kind: "agent")
        // The lock of an owner that ended is released, on a server when its row is removed.
        var found: [HookDelivery] = []
        let isFree = try await eventually {
            try await !store.claimDeliveries(of: "h", by: next.id, limit: 9).isEmpty
        }
        #expect(isFree)
        found = try await store.claimDeliveries(of: "h", by: next.id, limit: 9)
        let delivery = try #require(found.first)
        #expect(delivery.token > dead.token)
        try await store.finish(dead, .delivered)
        #expect(try await store.hookSummaries().first?.pending == 1)
        try await store.finish(delivery, .delivered)
        try await store.finish(delivery, .givenUp(error: "x"))
        let summary = try #require(try await store.hookSummaries().first)
        #expect(summary.pending == 0 && summary.delivered == 1 && summary.givenUp == 0)
    }

    @Test func `the deliveries about a run keep their order, and a slow one holds no other run`() async throws {
        let slow = try await store.submit(.sample(), as: .random()).id
        let owner = try await store.becomeOwner(kind: "agent")
        // A run that waits longer than a second, by the clock of the store.
        #expect(try await eventually { try await store.feed(source) == 1 })
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner.id))
        try await store.transition(slow, token: run.fencingToken, to: .failed, cause: Cause(.exit, "x"))
        let other = try await end(.stopped)
        try await store.feed(source)
        let first = try await store.claimDeliveries(of: "h", by: owner.id, limit: 9)
        #expect(first.map(\.kind) == ["waiting", "stopped"] && first.map(\.runID) == [slow, other])
        let later = Timestamp(milliseconds: first[0].now.milliseconds + 3_600_000)
        try await store.finish(first[0], .again(at: later, error: "down"))
        try await store.finish(first[1], .delivered)
        // The end of the run waits for the report before it.
        #expect(try await store.claimDeliveries(of: "h", by: owner.id, limit: 9).isEmpty)
        let summary = try #require(try await store.hookSummaries().first)
        #expect(summary.pending == 2 && summary.oldest == first[0].at)
    }

    /// A hook that was not fed for long must not keep the database from others.
    @Test func `a long log is read in pages, and a program that ends between two loses nothing`() async throws {
        let (count, page) = (20_000, Int(Store.hookPage))
        let run = try await end(.failed)
        // It begins after the events of now, which a server does not regard as settled.
        let source = HookSource(HookSettings(name: "long", triggers: [.end(.failed)], target: .program(["x"])))
        try await store.feed(source)
        try await store.database.write { connection throws(StoreError) in
            try connection.run(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO events (run_id, at, state) SELECT '\(run.rawValue)', i, 'failed' FROM n
                """)
        }
        var last = Store.HookPage()
        for _ in 0..<4 {
            // Each page by a program that knows nothing of the one before.
            last = try await sandbox.store().feed(source, after: Store.HookPage())
            #expect(last.events == page && last.added == page && !last.isLast)
        }
        // A page that was read before is read again without effect.
        let again = try await store.feed(source, after: Store.HookPage(place: last.place - 10))
        #expect(again.added == page)
        func pending(_ store: Store) async throws -> Int {
            try await store.hookSummaries().first { $0.hook == "long" }?.pending ?? 0
        }
        let rival = try sandbox.store()
        let feeding = Task { try await store.feed(source) }
        var seen: Set<Int> = []
        while seen.max() ?? 0 < count {
            _ = try await rival.submit(.sample(), as: .random())
            seen.insert(try await pending(rival))
        }
        #expect(try await feeding.value == count - 5 * page)
        #expect(seen.contains { $0 > 5 * page && $0 < count }, "\(seen.sorted())")
        #expect(try await store.feed(source) == 0)
        #expect(try await pending(store) == count)
    }

    @Test func `late runs of other queues hide none of the hook's queue`() async throws {
        try await store.createQueue(QueueDefinition(name: "other", resource: "mock"))
        let source = HookSource(
            HookSettings(name: "few", triggers: [.waiting(1)], target: .program(["x"]), queues: ["other"]))
        for _ in 0..<201 { _ = try await store.submit(.sample(), as: .random()) }
        _ = try await store.submit(.sample(queue: "other"), as: .random())
        try await store.feed(source)
        #expect(try await eventually { try await store.feed(source) == 1 })
    }
}
