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

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample())
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        try await store.transition(claimed.id, token: claimed.fencingToken, to: .submitting)
        run = try await store.transition(claimed.id, token: claimed.fencingToken, to: .running)
    }

    /// A step the given number of seconds before now.
    private func step(_ ago: Double, _ message: String = "interrupted") -> PastStep {
        PastStep(at: store.now.date.addingTimeInterval(-ago), phase: .starting, message: message)
    }

    private func recorded() async throws -> [EventRecord] {
        try await store.events(of: run.id).filter { $0.message == "interrupted" || $0.message == "restarted" }
    }

    @Test func `steps between observations are recorded once, with their times`() async throws {
        let story = [step(900), step(800, "restarted"), step(300)]
        for count in 1...story.count {
            for _ in 0..<2 {
                try await store.recordHistory(Array(story.prefix(count)), of: run.id, token: run.fencingToken)
            }
        }
        let events = try await recorded()
        #expect(events.map(\.message) == ["interrupted", "restarted", "interrupted"])
        #expect(events.map(\.at) == story.map { Timestamp($0.at) })
        #expect(events.allSatisfy { $0.state == .starting })
        #expect(try await store.run(run.id).state == .running)
    }

    @Test func `a step that an observation has recorded is not recorded again`() async throws {
        try await store.note(run.id, token: run.fencingToken, "interrupted")
        // The observation came some time after the second step.
        let first = step(900)
        try await store.recordHistory([first, step(20)], of: run.id, token: run.fencingToken)
        await #expect(try recorded().map(\.message) == ["interrupted", "interrupted"])
        await #expect(try recorded().count { $0.at == Timestamp(first.at) } == 1)
    }

    @Test func `a backend clock that is ahead does not cause a second event`() async throws {
        try await store.note(run.id, token: run.fencingToken, "interrupted")
        try await store.recordHistory([step(-3600)], of: run.id, token: run.fencingToken)
        await #expect(try recorded().count == 1)
        // No event has a time in the future.
        try await store.recordHistory([step(-3600), step(-7200)], of: run.id, token: run.fencingToken)
        await #expect(try recorded().allSatisfy { $0.at <= store.now })
    }

    @Test func `steps of an earlier attempt are not counted for the next`() async throws {
        try await store.note(run.id, token: run.fencingToken, "interrupted")
        let handle = RunHandle(runner: "mock", runID: run.id)
        try await store.record(run.id, token: run.fencingToken, RunChanges(handle: handle))
        let past = PastAttempt(handle: handle, cause: nil, backendStatus: "Failed", startedAt: nil, endedAt: store.now)
        _ = try await store.beginAttempt(
            run.id, token: run.fencingToken, after: past, with: RunRequest(runner: "mock", document: .object([:])),
            message: "attempt 2")
        try await store.recordHistory([step(0)], of: run.id, token: run.fencingToken)
        await #expect(try recorded().count == 2)
    }

    @Test func `an ended run and a run of another owner get no events`() async throws {
        #expect(
            await storeError { try await store.recordHistory([step(1)], of: run.id, token: run.fencingToken - 1) }?.code
                == .stale)
        try await store.transition(run.id, token: run.fencingToken, to: .succeeded)
        try await store.recordHistory([step(1)], of: run.id, token: run.fencingToken)
        await #expect(try recorded().isEmpty)
    }
}
