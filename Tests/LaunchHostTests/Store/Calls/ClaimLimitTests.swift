import Foundation
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

/// Limits of a queue and shares of its submitters, at the claim.
@Suite struct ClaimLimitTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try sandbox.store()
    }

    private func queue(_ limits: QueueLimits?) async throws {
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock", limits: limits))
    }

    /// Submits runs of these authors, in this order.
    private func submit(_ authors: [String], priority: Priority = .medium) async throws {
        for author in authors {
            let run = try await store.submit(.sample(priority: priority))
            try await store.database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "UPDATE runs SET author = ? WHERE id = ?", [.text(author), .text(run.id.rawValue)])
            }
        }
    }

    private func claim() async throws -> RunRecord? {
        try await store.claimNext(queues: ["q"], owner: owner("agent-1"))
    }

    private func authors(_ count: Int) async throws -> [String] {
        var found: [String] = []
        for _ in 0..<count { if let run = try await claim() { found.append(run.author) } }
        return found
    }

    @Test func `submitters take turns`() async throws {
        try await queue(nil)
        try await submit(["ada", "ada", "ada", "ada", "bob", "bob"])
        let turns = try await authors(6)
        #expect(turns.prefix(2) == ["ada", "bob"] && turns.suffix(2) == ["ada", "ada"])
        #expect(turns.prefix(4).count { $0 == "bob" } == 2)
        // Who waited alone owes nothing to those who come later.
        try await submit(["cyd", "cyd", "cyd"])
        #expect(try await authors(2) == ["cyd", "cyd"])
        try await submit(["dan", "dan"])
        #expect(try await authors(2) == ["cyd", "dan"])
    }

    @Test func `a run that returns to its queue is taken out of the use of its submitter`() async throws {
        try await queue(nil)
        try await submit(["ada", "ada", "bob", "bob"])
        func use(_ author: String) async throws -> Int64? {
            try await store.database.read { connection throws(StoreError) in
                try connection.first("SELECT claims FROM shares WHERE author = ?", [.text(author)]) {
                    row throws(StoreError) in try row.integer("claims")
                }
            }
        }
        for _ in 0..<5 {
            let run = try #require(try await claim())
            #expect(run.author == "ada")
            #expect(try await use("ada") == FairShare.claim)
            try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.quota, "none"))
            #expect(try await use("ada") == 0)
        }
        let released = try #require(try await claim())
        try await store.release(released.id, token: released.fencingToken)
        #expect(try await use("ada") == 0)
        // A run that continues is counted once, and the turn changes.
        let kept = try #require(try await claim())
        try await store.transition(kept.id, token: kept.fencingToken, to: .failed)
        #expect(try await use("ada") == FairShare.claim)
        #expect(try await authors(3) == ["bob", "ada", "bob"])
    }

    @Test func `a run that has waited long is claimed before others of a higher priority`() async throws {
        try await queue(nil)
        try await submit(["ada"], priority: .low)
        try await submit(["ada"], priority: .medium)
        let low = try #require(try await store.summaries().last)
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET submitted_at = submitted_at - ? WHERE id = ?",
                [.integer(FairShare.ageing), .text(low.id.rawValue)])
        }
        #expect(try await claim()?.id == low.id)
    }

    @Test func `a queue at its limit gives no run`() async throws {
        try await queue(QueueLimits(queue: 2))
        try await submit(["ada", "ada", "bob"])
        let first = try #require(try await claim())
        _ = try #require(try await claim())
        #expect(try await claim() == nil)
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let waiting = try #require(try await store.summaries(RunFilter(states: [.queued])).first)
        let why = try await store.explain(try await store.run(waiting.id))
        #expect(why.code == "queue-limit" && why.waits == "queue 'q' is at its limit of 2 runs")
        try await store.transition(first.id, token: first.fencingToken, to: .failed)
        #expect(try await claim()?.id == waiting.id)
        _ = agent
    }

    @Test func `a submitter at the limit waits, and others do not`() async throws {
        try await queue(QueueLimits(perSubmitter: 1))
        try await submit(["ada", "ada", "bob"])
        let first = try #require(try await claim())
        #expect(first.author == "ada")
        #expect(try await claim()?.author == "bob")
        #expect(try await claim() == nil)
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let waiting = try #require(try await store.summaries(RunFilter(states: [.queued])).first)
        #expect(
            try await store.explain(try await store.run(waiting.id)).waits
                == "ada is at the limit of 1 run of queue 'q'")
        try await store.requeue(first.id, token: first.fencingToken, cause: Cause(.quota, "none"))
        #expect(try await claim()?.author == "ada")
        #expect(try await claim() == nil)
        _ = agent
    }

    @Test func `claimers that come at once do not exceed a limit`() async throws {
        try await queue(QueueLimits(queue: 5, perSubmitter: 3))
        try await submit((0..<12).map { ["ada", "bob", "cyd"][$0 % 3] })
        let claimed = Shared([String]())
        try await concurrently(8) { [sandbox] number in
            let own = try sandbox.store()
            while true {
                do {
                    guard let run = try await own.claimNext(queues: ["q"], owner: owner("agent-\(number)")) else {
                        return
                    }
                    claimed.with { $0.append(run.author) }
                } catch let error as StoreError where error.code == .busy {}
            }
        }
        #expect(claimed.with { $0.count } == 5)
        #expect(claimed.with { Dictionary(grouping: $0) { $0 }.values.allSatisfy { $0.count <= 3 } })
    }

    @Test func `claims of two queues with limits do not wait for each other in a circle`() async throws {
        for name in ["a", "b"] {
            let limits = QueueLimits(queue: 50)
            try await store.createQueue(QueueDefinition(name: name, resource: "mock", limits: limits))
            for _ in 0..<40 { try await store.submit(.sample(queue: name)) }
        }
        let claimed = Shared(0)
        try await concurrently(4) { [sandbox] number in
            let own = try sandbox.store()
            let queues = number % 2 == 0 ? ["a", "b"] : ["b", "a"]
            while try await own.claimNext(queues: queues, owner: owner("agent-\(number)")) != nil {
                claimed.with { $0 += 1 }
            }
        }
        #expect(claimed.with { $0 } == 80)
    }

    @Test func `an explanation says whose turn it is`() async throws {
        try await queue(nil)
        try await submit(["ada", "ada", "bob", "bob"])
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"])
        func waits() async throws -> [String?] {
            try await store.explain(try await store.summaries(RunFilter(states: [.queued]))).reversed().map(\.waits)
        }
        // Bob's first run is the next after the first of Ada's.
        let turns = "it takes turns with 1 other submitter of queue 'q'"
        let second = "1 run of queue 'q' before it, in turns with 1 other submitter"
        #expect(try await waits() == [nil, second, turns, second])
        #expect(try await claim()?.author == "ada")
        #expect(try await waits() == [turns, nil, second])
        _ = agent
    }

    @Test func `limits and owners are stored, and no limits are none`() async throws {
        let limits = QueueLimits(
            queue: 8, perSubmitter: 2, perInstanceType: ["ml.p4d.24xlarge": 1], priority: .high, waiting: 100)
        var definition = QueueDefinition(name: "q", resource: "mock", limits: limits, owners: ["ada", "bob"])
        #expect(try await store.createQueue(definition).definition == definition)
        (definition.limits, definition.owners) = (nil, nil)
        #expect(try await store.updateQueue(definition).definition == definition)
    }
}
