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

    init() throws {
        sandbox = try Sandbox()
        let clock = Shared(Date(timeIntervalSince1970: 1_000_000))
        self.clock = clock
        store = try sandbox.store { clock.with { $0 } }
        try store.createQueue(QueueDefinition(name: "q", resource: "mock"))
        try store.createQueue(QueueDefinition(name: "other", resource: "mock"))
        agent = try owner("agent-1")
    }

    private func submit(_ id: String, queue: String = "q", priority: Priority = .medium) throws {
        try store.submit(.sample(queue: queue, priority: priority), as: #require(RunID(rawValue: id)))
    }

    private func claim(_ queues: [String] = ["q"]) throws -> String? {
        try store.claimNext(queues: queues, owner: agent)?.id.rawValue
    }

    @Test func `higher priority is claimed first, then the older run`() throws {
        try submit("low", priority: .low)
        try submit("m1")
        try submit("m2")
        try submit("crit", priority: .critical)
        try submit("high", priority: .high)
        var order: [String] = []
        while let id = try claim() { order.append(id) }
        #expect(order == ["crit", "high", "m1", "m2", "low"])
        let run = try store.run(#require(RunID(rawValue: "low")))
        #expect(run.state == .claimed && run.owner == agent && run.fencingToken == 1 && run.claimedAt != nil)
        #expect(try store.events(of: run.id).map(\.state) == [.queued, .claimed])
    }

    @Test func `the first listed queue with a run is used`() throws {
        for id in ["a1", "a2"] { try submit(id) }
        try submit("b1", queue: "other", priority: .low)
        #expect(try claim(["other", "q"]) == "b1")
        #expect(try claim(["other", "q"]) == "a1")
        #expect(try claim([]) == nil)
        #expect(try claim(["nowhere"]) == nil)
        #expect(try claim(["nowhere", "q"]) == "a2")
    }

    @Test func `nothing is claimed from a paused queue`() throws {
        try submit("a1")
        #expect(try store.setPaused(true, queue: "q").paused)
        #expect(try claim() == nil)
        #expect(try !store.setPaused(false, queue: "q").paused)
        #expect(try claim() == "a1")
    }

    @Test func `a released run returns to its position in the queue`() throws {
        for id in ["a1", "a2"] { try submit(id) }
        let first = try #require(try store.claimNext(queues: ["q"], owner: agent))
        let released = try store.release(first.id, token: first.fencingToken)
        #expect(released.state == .queued && released.owner == nil && released.attempts == 0)
        #expect(storeError { try store.release(first.id, token: first.fencingToken) }?.code == .stale)
        #expect(try claim() == "a1")
    }

    @Test func `a requeued run is not claimed before its time`() throws {
        try submit("a1")
        let run = try #require(try store.claimNext(queues: ["q"], owner: agent))
        try store.transition(run.id, token: run.fencingToken, to: .submitting)
        let later = Timestamp(milliseconds: store.now.milliseconds + 5_000)
        let cause = Cause(.capacity, "none left")
        let back = try store.requeue(run.id, token: run.fencingToken, cause: cause, notBefore: later)
        #expect(back.state == .queued && back.attempts == 1 && back.cause == cause)
        #expect(try claim() == nil)
        #expect(try store.nextReady(queues: ["other"]) == nil)
        #expect(try store.nextReady(queues: ["q"]) == later)
        clock.with { $0 += 5 }
        #expect(try store.nextReady(queues: ["q"]) == nil)
        let again = try #require(try store.claimNext(queues: ["q"], owner: agent))
        #expect(again.id == run.id && again.fencingToken > run.fencingToken && again.cause == nil)
    }

    @Test(arguments: [3_600, 86_400 * 365, 5]) func `a clock that is set back does not make a wait longer`(
        _ seconds: Int
    ) throws {
        try submit("a1")
        clock.with { $0 += 60 }
        let run = try #require(try store.claimNext(queues: ["q"], owner: agent))
        let later = Timestamp(milliseconds: store.now.milliseconds + 300_000)
        try store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"), notBefore: later)
        #expect(try claim() == nil)
        clock.with { $0 -= Double(seconds) }
        #expect(try store.nextReady(queues: ["q"]) == nil)
        #expect(try claim() == "a1")
    }

    @Test func `the start of a run's wait is never in the future`() throws {
        try submit("a1")
        clock.with { $0 += 86_400 }
        for (step, expected) in [(0.0, 1_086_400), (60, 1_086_400), (-3_600, 1_082_860), (100, 1_082_860)] {
            clock.with { $0 += step }
            let run = try #require(try store.claimNext(queues: ["q"], owner: agent))
            let back = try store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"))
            #expect(back.waitingSince == Timestamp(milliseconds: Int64(expected) * 1_000))
        }
    }

    @Test func `a clock that is set back into the wait prolongs it only by that amount`() throws {
        try submit("a1")
        let run = try #require(try store.claimNext(queues: ["q"], owner: agent))
        let later = Timestamp(milliseconds: store.now.milliseconds + 300_000)
        try store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x"), notBefore: later)
        clock.with { $0 += 290 }
        clock.with { $0 -= 200 }
        #expect(try claim() == nil)
        #expect(try store.nextReady(queues: ["q"]) == later)
        clock.with { $0 += 210 }
        #expect(try claim() == "a1")
    }

    @Test func `a started run does not return to its queue`() throws {
        try submit("a1")
        let run = try #require(try store.claimNext(queues: ["q"], owner: agent))
        try store.transition(run.id, token: run.fencingToken, to: .running)
        #expect(
            storeError { try store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x")) }?.code
                == .refused)
        let free = try store.release(run.id, token: run.fencingToken)
        #expect(free.state == .running && free.owner == nil)
        #expect(try store.adoptable(queues: ["q"]) == [run.id])
    }
}
