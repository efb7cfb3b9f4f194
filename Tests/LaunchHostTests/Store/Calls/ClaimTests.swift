import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite struct ClaimTests {
    let sandbox: Sandbox
    let clock: Shared<Date>
    let store: Store
    let agent: OwnerID

    init() async throws {
        sandbox = try Sandbox()
        let clock = Shared(Date(timeIntervalSince1970: 1_000_000))
        self.clock = clock
        store = try sandbox.store { clock.with { $0 } }
        try await store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        try await store.createQueue(QueueDefinition(name: "other", resource: "mock"))
        agent = try owner("agent-1")
    }

    private func submit(_ id: String, queue: String = "q", priority: Priority = .medium) async throws {
        try await store.submit(.sample(queue: queue, priority: priority), as: #require(RunID(rawValue: id)))
    }

    private func claim(_ queues: [String] = ["q"]) async throws -> String? {
        try await store.claimNext(queues: queues, owner: agent)?.id.rawValue
    }

    @Test func `several runs are claimed at once in the order of single claims, and a probe is one run`() async throws {
        for id in ["q1", "q2", "q3"] { try await submit(id) }
        for id in ["o1", "o2"] { try await submit(id, queue: "other") }
        let choices = [ClaimChoice(queue: "q"), ClaimChoice(queue: "other", isProbe: true)]
        let runs = try await store.claim(3, from: choices, owner: agent)
        #expect(runs.map(\.id.rawValue) == ["q1", "o1", "q2"])
        #expect(runs.allSatisfy { $0.owner == agent && $0.state == .claimed })
        #expect(try await store.claim(16, from: choices, owner: agent).map(\.id.rawValue) == ["q3", "o2"])
        #expect(try await store.claim(16, from: choices, owner: agent).isEmpty)
    }

    @Test func `higher priority is claimed first, then the older run`() async throws {
        try await submit("low", priority: .low)
        try await submit("m1")
        try await submit("m2")
        try await submit("crit", priority: .critical)
        try await submit("high", priority: .high)
        var order: [String] = []
        while let id = try await claim() { order.append(id) }
        #expect(order == ["crit", "high", "m1", "m2", "low"])
        let run = try await store.run(#require(RunID(rawValue: "low")))
        #expect(run.state == .claimed && run.owner == agent && run.fencingToken == 1 && run.claimedAt != nil)
        #expect(try await store.events(of: run.id).map(\.state) == [.queued, .claimed])
    }

    @Test func `the first listed queue with a run is used`() async throws {
        for id in ["a1", "a2"] { try await submit(id) }
        try await submit("b1", queue: "other", priority: .low)
        await #expect(try claim(["other", "q"]) == "b1")
        await #expect(try claim(["other", "q"]) == "a1")
        await #expect(try claim([]) == nil)
        await #expect(try claim(["nowhere"]) == nil)
        await #expect(try claim(["nowhere", "q"]) == "a2")
    }

    @Test func `nothing is claimed from a paused queue`() async throws {
        try await submit("a1")
        #expect(try await store.setPaused(true, queue: "q").paused)
        await #expect(try claim() == nil)
        #expect(try await !store.setPaused(false, queue: "q").paused)
        await #expect(try claim() == "a1")
    }

    @Test func `a released run returns to its position in the queue`() async throws {
        for id in ["a1", "a2"] { try await submit(id) }
        let first = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        let released = try await store.release(first.id, token: first.fencingToken)
        #expect(released.state == .queued && released.owner == nil && released.attempts == 0)
        #expect(await storeError { try await store.release(first.id, token: first.fencingToken) }?.code == .stale)
        await #expect(try claim() == "a1")
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a server has its own clock"))
    func `a requeued run is not claimed before its time`() async throws {
        try await submit("a1")
        let run = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        try await store.transition(run.id, token: run.fencingToken, to: .submitting)
        let later = Timestamp(milliseconds: store.now.milliseconds + 5_000)
        let cause = Cause(.capacity, "none left")
        let back = try await store.requeue(run.id, token: run.fencingToken, cause: cause, notBefore: later)
        #expect(back.state == .queued && back.attempts == 1 && back.cause == cause)
        await #expect(try claim() == nil)
        #expect(try await store.nextReady(queues: ["other"]) == nil)
        #expect(try await store.nextReady(queues: ["q"]) == later)
        clock.with { $0 += 5 }
        #expect(try await store.nextReady(queues: ["q"]) == nil)
        let again = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        #expect(again.id == run.id && again.fencingToken > run.fencingToken && again.cause == nil)
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a server has its own clock"), arguments: [3_600, 86_400 * 365, 5])
    func `a clock that is set back does not make a wait longer`(
        _ seconds: Int
    ) async throws {
        try await submit("a1")
        clock.with { $0 += 60 }
        let run = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        let later = Timestamp(milliseconds: store.now.milliseconds + 300_000)
        try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"), notBefore: later)
        await #expect(try claim() == nil)
        clock.with { $0 -= Double(seconds) }
        #expect(try await store.nextReady(queues: ["q"]) == nil)
        await #expect(try claim() == "a1")
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a server has its own clock"))
    func `the start of a run's wait is never in the future`() async throws {
        try await submit("a1")
        clock.with { $0 += 86_400 }
        for (step, expected) in [(0.0, 1_086_400), (60, 1_086_400), (-3_600, 1_082_860), (100, 1_082_860)] {
            clock.with { $0 += step }
            let run = try #require(try await store.claimNext(queues: ["q"], owner: agent))
            let back = try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"))
            #expect(back.waitingSince == Timestamp(milliseconds: Int64(expected) * 1_000))
        }
    }

    @Test(.enabled(if: Sandbox.isSQLite, "a server has its own clock"))
    func `a clock that is set back into the wait prolongs it only by that amount`() async throws {
        try await submit("a1")
        let run = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        let later = Timestamp(milliseconds: store.now.milliseconds + 300_000)
        try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"), notBefore: later)
        clock.with { $0 += 290 }
        clock.with { $0 -= 200 }
        await #expect(try claim() == nil)
        #expect(try await store.nextReady(queues: ["q"]) == later)
        clock.with { $0 += 210 }
        await #expect(try claim() == "a1")
    }

    @Test func `a started run does not return to its queue`() async throws {
        try await submit("a1")
        let run = try #require(try await store.claimNext(queues: ["q"], owner: agent))
        try await store.transition(run.id, token: run.fencingToken, to: .running)
        #expect(
            await storeError { try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x")) }?
                .code
                == .refused)
        let free = try await store.release(run.id, token: run.fencingToken)
        #expect(free.state == .running && free.owner == nil)
        #expect(try await store.adoptable(queues: ["q"]) == [run.id])
    }
}
