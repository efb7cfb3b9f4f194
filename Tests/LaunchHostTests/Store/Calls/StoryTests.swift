import Foundation
import Testing

import LaunchHost
@testable import LaunchSnapshots
@testable import LaunchStore

/// The past steps that a backend reports become events: each step once, whatever the observations have recorded before.
@Suite struct StoryTests {
    private let sandbox: Sandbox
    private let store: Store
    private let run: RunRecord

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
        try store.submit(.sample())
        let claimed = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-1")))
        try store.transition(claimed.id, token: claimed.fencingToken, to: .submitting)
        run = try store.transition(claimed.id, token: claimed.fencingToken, to: .running)
    }

    /// A step the given number of seconds before now.
    private func step(_ ago: Double, _ message: String = "interrupted") -> PastStep {
        PastStep(at: store.now.date.addingTimeInterval(-ago), phase: .starting, message: message)
    }

    private func recorded() throws -> [EventRecord] {
        try store.events(of: run.id).filter { $0.message == "interrupted" || $0.message == "restarted" }
    }

    @Test func `steps between observations are recorded once, with their times`() throws {
        let story = [step(900), step(800, "restarted"), step(300)]
        for count in 1...story.count {
            for _ in 0..<2 { try store.recordHistory(Array(story.prefix(count)), of: run.id, token: run.fencingToken) }
        }
        let events = try recorded()
        #expect(events.map(\.message) == ["interrupted", "restarted", "interrupted"])
        #expect(events.map(\.at) == story.map { Timestamp($0.at) })
        #expect(events.allSatisfy { $0.state == .starting })
        #expect(try store.run(run.id).state == .running)
    }

    @Test func `a step that an observation has recorded is not recorded again`() throws {
        try store.note(run.id, token: run.fencingToken, "interrupted")
        // The observation came some time after the second step.
        try store.recordHistory([step(900), step(20)], of: run.id, token: run.fencingToken)
        #expect(try recorded().map(\.message) == ["interrupted", "interrupted"])
        #expect(try recorded().count { abs($0.at.date.timeIntervalSince(step(900).at)) < 5 } == 1)
    }

    @Test func `a backend clock that is ahead does not cause a second event`() throws {
        try store.note(run.id, token: run.fencingToken, "interrupted")
        try store.recordHistory([step(-3600)], of: run.id, token: run.fencingToken)
        #expect(try recorded().count == 1)
        // No event has a time in the future.
        try store.recordHistory([step(-3600), step(-7200)], of: run.id, token: run.fencingToken)
        #expect(try recorded().allSatisfy { $0.at <= store.now })
    }

    @Test func `steps of an earlier attempt are not counted for the next`() throws {
        try store.note(run.id, token: run.fencingToken, "interrupted")
        let handle = RunHandle(runner: "mock", runID: run.id)
        try store.record(run.id, token: run.fencingToken, RunChanges(handle: handle))
        let past = PastAttempt(handle: handle, cause: nil, backendStatus: "Failed", startedAt: nil, endedAt: store.now)
        _ = try store.beginAttempt(
            run.id, token: run.fencingToken, after: past, with: RunRequest(runner: "mock", document: .object([:])),
            message: "attempt 2")
        try store.recordHistory([step(0)], of: run.id, token: run.fencingToken)
        #expect(try recorded().count == 2)
    }

    @Test func `an ended run and a run of another owner get no events`() throws {
        #expect(
            storeError { try store.recordHistory([step(1)], of: run.id, token: run.fencingToken - 1) }?.code == .stale)
        try store.transition(run.id, token: run.fencingToken, to: .succeeded)
        try store.recordHistory([step(1)], of: run.id, token: run.fencingToken)
        #expect(try recorded().isEmpty)
    }
}
