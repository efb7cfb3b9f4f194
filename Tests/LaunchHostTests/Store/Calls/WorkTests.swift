import Foundation
import Testing

import LaunchHost

/// The crash count of a run: only owners that end while they work on the run count.
@Suite("owners that end while they hold a run") struct WorkTests {
    private let sandbox: Sandbox
    private let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample())
    }

    private func adopt(_ id: RunID, _ number: Int) async throws -> RunRecord {
        try #require(try await store.adopt(id, owner: owner("agent-\(number)")))
    }

    @Test func `an owner that ends while it works is counted`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        for number in 1...3 {
            try await store.beginWork(on: run.id, token: run.fencingToken)
            run = try await adopt(run.id, number)
            #expect(run.crashes == number)
        }
        let last = try #require(try await store.events(of: run.id).last?.message)
        #expect(last.contains("it ended while it worked on the run (3)"))
    }

    @Test func `an owner that waits is not counted`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        for number in 1...5 {
            try await store.beginWork(on: run.id, token: run.fencingToken)
            try await store.endWork(on: run.id, token: run.fencingToken)
            run = try await adopt(run.id, number)
            #expect(run.crashes == 0)
        }
    }

    @Test func `an owner does not work on a run that the backend has`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try await store.beginWork(on: run.id, token: run.fencingToken)
        let handle = RunHandle(runner: "mock", runID: run.id)
        run = try await store.transition(
            run.id, token: run.fencingToken, to: .starting, changes: RunChanges(handle: handle))
        for number in 1...5 {
            run = try await adopt(run.id, number)
            #expect(run.crashes == 0 && run.state == .starting)
        }
    }

    @Test func `a complete stage resets the count`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try await store.beginWork(on: run.id, token: run.fencingToken)
        run = try await adopt(run.id, 1)
        #expect(run.crashes == 1)
        let image = PinnedImage(
            reference: "a", digest: try #require(Digest(rawValue: "sha256:" + String(repeating: "0", count: 64))),
            name: "a")
        #expect(try await store.record(run.id, token: run.fencingToken, RunChanges(image: image)).crashes == 0)
        // A message of the backend does not complete a stage.
        try await store.beginWork(on: run.id, token: run.fencingToken)
        run = try await adopt(run.id, 2)
        #expect(try await store.record(run.id, token: run.fencingToken, RunChanges(backendStatus: "x")).crashes == 1)
    }

    @Test func `a stale token records nothing`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        let old = run.fencingToken
        run = try await adopt(run.id, 1)
        let error = await #expect(throws: StoreError.self) { try await store.beginWork(on: run.id, token: old) }
        #expect(error?.code == .stale)
        await #expect(try adopt(run.id, 2).crashes == 0)
    }

    @Test func `a claim of an owner that begins at once counts as its work, but not for a run that crashed an owner`()
        async throws
    {
        let choices = [ClaimChoice(queue: "q")]
        let claimed = try await store.claim(1, from: choices, owner: owner("agent-0"), beginsWork: true)
        let run = try #require(claimed.first)
        #expect(run.isWorkedOn)
        let adopted = try await adopt(run.id, 1)
        #expect(adopted.crashes == 1 && !adopted.isWorkedOn)
        try await store.release(run.id, token: adopted.fencingToken)
        let again = try await store.claim(1, from: choices, owner: owner("agent-2"), beginsWork: true)
        #expect(again.first?.isWorkedOn == false)
        await #expect(try adopt(run.id, 3).crashes == 1)
    }

    @Test func `a requeued or released run is not worked on`() async throws {
        var run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try await store.beginWork(on: run.id, token: run.fencingToken)
        try await store.release(run.id, token: run.fencingToken)
        run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        run = try await store.transition(run.id, token: run.fencingToken, to: .building)
        try await store.beginWork(on: run.id, token: run.fencingToken)
        try await store.release(run.id, token: run.fencingToken)
        await #expect(try adopt(run.id, 2).crashes == 0)
    }
}
