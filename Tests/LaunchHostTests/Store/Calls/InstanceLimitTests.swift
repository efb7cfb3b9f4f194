import Foundation
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

/// Limits of a queue for each type of instances, at the claim and after the job is resolved.
@Suite struct InstanceLimitTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try sandbox.store()
    }

    private func queue(_ limits: [String: Int]?, _ name: String = "q") async throws {
        let limits = QueueLimits(perInstanceType: limits)
        try await store.createQueue(QueueDefinition(name: name, resource: "mock", limits: limits))
    }

    private static func demand(_ counts: [String: Int]) -> RunDemand {
        RunDemand(counts.map { InstanceDemand(type: $0, count: $1, path: FieldPath()) })
    }

    private func claim(_ store: Store? = nil) async throws -> RunRecord? {
        try await (store ?? self.store).claimNext(queues: ["q"], owner: owner("agent-1"))
    }

    /// What an agent does after it has resolved a claimed run.
    @discardableResult
    private func admit(
        _ run: RunRecord, _ counts: [String: Int], mayReturn: Bool = true, _ store: Store? = nil
    ) async throws -> RunRecord {
        try await (store ?? self.store).admit(
            run.id, token: run.fencingToken, of: run.queue, to: .preparing, demand: Self.demand(counts),
            mayReturn: mayReturn, changes: RunChanges())
    }

    private func end(_ run: RunRecord) async throws {
        try await store.transition(run.id, token: run.fencingToken, to: .failed)
    }

    @Test func `a run above a limit returns to its place, and is skipped until an instance is free`() async throws {
        try await queue(["p4d": 1])
        for _ in 0..<4 { try await store.submit(.sample()) }
        let first = try #require(try await claim())
        #expect(try await admit(first, ["p4d": 1]).state == .preparing)
        let second = try #require(try await claim())
        let back = try await admit(second, ["p4d": 1])
        #expect(back.state == .queued && back.attempts == 0 && back.cause == nil && back.notBefore == nil)
        #expect(back.sequence == second.sequence && back.resolved == nil)
        #expect(try await store.events(of: second.id).last?.message == "waits: limit of p4d: 1 of 1 in use")
        // The token of the claim has ended with the return.
        await #expect(throws: StoreError.self) { try await admit(second, [:]) }
        let third = try #require(try await claim())
        #expect(third.sequence > second.sequence)
        #expect(try await admit(third, ["g5": 7]).state == .preparing)
        let fourth = try #require(try await claim())
        #expect(try await admit(fourth, [:]).state == .preparing)
        #expect(try await claim() == nil)
        try await end(first)
        #expect(try await claim()?.id == second.id)
    }

    @Test func `a limit counts instances, not runs`() async throws {
        try await queue(["p4d": 4, "g5": 1])
        for _ in 0..<4 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim(), claim(), claim()].compactMap(\.self)
        #expect(try await admit(runs[0], ["p4d": 3, "trn1": 9]).state == .preparing)
        #expect(try await admit(runs[1], ["p4d": 2]).state == .queued)
        #expect(try await admit(runs[2], ["p4d": 1, "g5": 1]).state == .preparing)
        #expect(try await admit(runs[3], ["g5": 1]).state == .queued)
        try await end(runs[2])
        // One instance is free, and the older of the waiting runs needs two.
        #expect(try await claim()?.id == runs[3].id)
        #expect(try await claim() == nil)
        try await end(runs[0])
        #expect(try await claim()?.id == runs[1].id)
    }

    @Test func `a claim counts a known demand at once, and an adopted run keeps its instances`() async throws {
        try await queue(["p4d": 1])
        for _ in 0..<3 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim(), claim()].compactMap(\.self)
        try await admit(runs[0], ["p4d": 1])
        for run in runs[1...] { try await admit(run, ["p4d": 1]) }
        try await end(runs[0])
        let next = try #require(try await claim())
        #expect(next.id == runs[1].id)
        #expect(try await claim() == nil)
        // Its agent dies, and another one adopts it.
        #expect(try await store.adopt(next.id, owner: owner("agent-2")) != nil)
        #expect(try await claim() == nil)
    }

    @Test func `a run that waits for instances of an earlier template is claimed again`() async throws {
        try await queue(["p4d": 1])
        for _ in 0..<2 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim()].compactMap(\.self)
        for run in runs { try await admit(run, ["p4d": 1]) }
        #expect(try await claim() == nil)
        let limits = QueueLimits(perInstanceType: ["p4d": 1])
        let same = QueueDefinition(name: "q", resource: "mock", limits: limits)
        try await store.updateQueue(same)
        #expect(try await claim() == nil)
        var other = same
        other.template = .object(["run_for": .string("1s")])
        try await store.updateQueue(other)
        let again = try #require(try await claim())
        #expect(again.id == runs[1].id)
        #expect(try await admit(again, ["g5": 1]).state == .preparing)
        // What runs keeps its instances.
        try await store.submit(.sample())
        let last = try #require(try await claim())
        #expect(try await admit(last, ["p4d": 1]).state == .queued)
    }

    @Test func `queues do not share a limit, and a queue without one gives all runs`() async throws {
        try await queue(["p4d": 1])
        try await queue(nil, "free")
        for name in ["q", "free", "free"] { try await store.submit(.sample(queue: name)) }
        for _ in 0..<3 {
            let run = try #require(try await store.claimNext(queues: ["q", "free"], owner: owner("agent-1")))
            #expect(try await admit(run, ["p4d": 1]).state == .preparing)
        }
        // The demand is counted from its first day in the queue, also if the limit is newer.
        try await store.updateQueue(
            QueueDefinition(name: "free", resource: "mock", limits: QueueLimits(perInstanceType: ["p4d": 2])))
        try await store.submit(.sample(queue: "free"))
        let late = try #require(try await store.claimNext(queues: ["free"], owner: owner("agent-1")))
        #expect(try await admit(late, ["p4d": 1]).state == .queued)
    }

    @Test func `a run that may not return, and one that can never fit, are not held in the queue`() async throws {
        try await queue(["p4d": 1])
        for _ in 0..<2 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim()].compactMap(\.self)
        #expect(try await admit(runs[0], ["p4d": 5], mayReturn: false).state == .preparing)
        #expect(try await admit(runs[1], ["p4d": 1]).state == .queued)
        #expect(try await claim() == nil)
        let limits = QueueLimits(perInstanceType: ["p4d": 5, "g5": 1])
        try await store.updateQueue(QueueDefinition(name: "q", resource: "mock", limits: limits))
        #expect(try await claim() == nil)
        // The owner lowers the limit below what the run needs: its agent claims it, and ends it with a sentence.
        let lower = QueueLimits(perInstanceType: ["p4d": 0])
        try await store.updateQueue(QueueDefinition(name: "q", resource: "mock", limits: lower))
        #expect(try await claim()?.id == runs[1].id)
    }

    @Test func `a stop request during the resolve stage ends the run in place of its return`() async throws {
        try await queue(["p4d": 1])
        for _ in 0..<2 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim()].compactMap(\.self)
        try await admit(runs[0], ["p4d": 1])
        _ = try await store.requestStop(runs[1].id)
        #expect(try await admit(runs[1], ["p4d": 1]).state == .stopped)
    }

    @Test func `a move to another queue forgets the demand`() async throws {
        try await queue(["p4d": 1])
        try await queue(["p4d": 1], "other")
        for _ in 0..<2 { try await store.submit(.sample()) }
        let runs = try await [claim(), claim()].compactMap(\.self)
        try await admit(runs[0], ["p4d": 1])
        try await admit(runs[1], ["p4d": 1])
        #expect(try await store.run(runs[1].id).demand == Self.demand(["p4d": 1]))
        try await store.move(runs[1].id, to: "other")
        #expect(try await store.run(runs[1].id).demand == .none)
        #expect(try await store.claimNext(queues: ["other"], owner: owner("agent-1"))?.id == runs[1].id)
    }

    @Test func `agents that come at once do not exceed a limit`() async throws {
        try await queue(["p4d": 3])
        for _ in 0..<24 { try await store.submit(.sample()) }
        let live = Shared((now: 0, most: 0, ended: 0))
        try await concurrently(8) { [sandbox, self] number in
            let own = try sandbox.store()
            for _ in 0..<200 where live.with({ $0.ended }) < 24 {
                do {
                    guard let run = try await own.claimNext(queues: ["q"], owner: owner("agent-\(number)")) else {
                        continue
                    }
                    guard try await admit(run, ["p4d": 1], own).state == .preparing else { continue }
                    live.with { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.ended) }
                    live.with { $0 = ($0.now - 1, $0.most, $0.ended + 1) }
                    try await own.transition(run.id, token: run.fencingToken, to: .failed)
                } catch let error as StoreError where error.code == .busy {}
            }
        }
        #expect(live.with { $0.most } <= 3)
        let counts = try await store.counts()
        #expect(counts[.failed] + counts[.queued] + counts[.claimed] + counts[.preparing] == 24)
        #expect(counts[.failed] > 3)
    }

    @Test func `an explanation names the limit and the runs that use it`() async throws {
        try await queue(["p4d": 2])
        for _ in 0..<4 { try await store.submit(.sample()) }
        let agent = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let runs = try await [claim(), claim(), claim()].compactMap(\.self)
        try await admit(runs[0], ["p4d": 1])
        try await admit(runs[1], ["p4d": 1])
        try await admit(runs[2], ["p4d": 2])
        let why = try await store.explain(try await store.run(runs[2].id))
        let names = [runs[0].id.rawValue, runs[1].id.rawValue]
        let users = [names.joined(separator: " and "), names.reversed().joined(separator: " and ")]
        #expect(why.code == "instance-limit")
        #expect(users.map { "limit of p4d: 2 of 2 in use by \($0), and it needs 2" }.contains(why.waits))
        #expect(
            why.sentence.hasPrefix("It needs 2 instances of p4d, and 2 of the 2 that queue 'q' permits are in use by "))
        // The run after it, whose demand is not known, is the next one.
        let waiting = try await store.summaries(RunFilter(states: [.queued]))
        let listed = try await store.explain(waiting)
        #expect(listed.map(\.code) == ["next", "instance-limit"])
        #expect(listed.map(\.line).first == .some(nil))
        _ = agent
    }

    @Test func `a demand is stored as the same text, and strange names and endless lists are left out`() throws {
        let demand = Self.demand(["p4d": 2, "g5": 1])
        #expect(demand.text == #"{"g5":1,"p4d":2}"# && RunDemand(text: demand.text) == demand)
        #expect(RunDemand(text: "") == RunDemand.none && RunDemand.none.text.isEmpty)
        #expect(RunDemand(text: "[1]") == nil)
        #expect(Self.demand(["a b": 1, "": 1, String(repeating: "x", count: 65): 1, "é": 1]) == .none)
        let sum = RunDemand([1, 2, Int.max].map { InstanceDemand(type: "p4d", count: $0, path: FieldPath()) })
        #expect(sum.counts == ["p4d": .max])
        let endless = Self.demand(Dictionary(uniqueKeysWithValues: (0..<200).map { ("type\($0)", 1) }))
        #expect(!endless.isStorable)
        let limits = QueueLimits(perInstanceType: ["p4d": 1])
        let refusals = limits.refusals(of: [
            InstanceDemand(type: "p4d", count: 1, path: FieldPath([.member("a")])),
            InstanceDemand(type: "p4d", count: 1, path: FieldPath([.member("b")])),
        ])
        #expect(
            refusals.map { "\($0.path): \($0.message)" }
                == ["a: the run needs 2 instances of p4d, and the limit of its queue is 1"])
        #expect(limits.refusals(of: [InstanceDemand(type: "g5", count: 9, path: FieldPath())]).isEmpty)
    }
}
