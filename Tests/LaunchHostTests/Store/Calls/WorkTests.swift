import Foundation
import Testing

import LaunchHost

/// The crash count of a run: only owners that end while they work on the run count.
@Suite("owners that end while they hold a run") struct WorkTests {
    private let sandbox: Sandbox
    private let store: Store

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
        try store.submit(.sample())
    }

    private func adopt(_ id: RunID, _ number: Int) throws -> RunRecord {
        try #require(try store.adopt(id, owner: owner("agent-\(number)")))
    }

    @Test func `an owner that ends while it works is counted`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        for number in 1...3 {
            try store.beginWork(on: run.id, token: run.fencingToken)
            run = try adopt(run.id, number)
            #expect(run.crashes == number)
        }
        let last = try #require(try store.events(of: run.id).last?.message)
        #expect(last.contains("it ended while it worked on the run (3)"))
    }

    @Test func `an owner that waits is not counted`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        for number in 1...5 {
            try store.beginWork(on: run.id, token: run.fencingToken)
            try store.endWork(on: run.id, token: run.fencingToken)
            run = try adopt(run.id, number)
            #expect(run.crashes == 0)
        }
    }

    @Test func `an owner does not work on a run that the backend has`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try store.beginWork(on: run.id, token: run.fencingToken)
        let handle = RunHandle(runner: "mock", runID: run.id)
        run = try store.transition(
            run.id, token: run.fencingToken, to: .starting, changes: RunChanges(handle: handle))
        for number in 1...5 {
            run = try adopt(run.id, number)
            #expect(run.crashes == 0 && run.state == .starting)
        }
    }

    @Test func `a complete stage resets the count`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try store.beginWork(on: run.id, token: run.fencingToken)
        run = try adopt(run.id, 1)
        #expect(run.crashes == 1)
        let image = PinnedImage(
            reference: "a", digest: try #require(Digest(rawValue: "sha256:" + String(repeating: "0", count: 64))),
            name: "a")
        #expect(try store.record(run.id, token: run.fencingToken, RunChanges(image: image)).crashes == 0)
        // A message of the backend does not complete a stage.
        try store.beginWork(on: run.id, token: run.fencingToken)
        run = try adopt(run.id, 2)
        #expect(try store.record(run.id, token: run.fencingToken, RunChanges(backendStatus: "x")).crashes == 1)
    }

    @Test func `a stale token records nothing`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        let old = run.fencingToken
        run = try adopt(run.id, 1)
        try store.beginWork(on: run.id, token: old)
        #expect(try adopt(run.id, 2).crashes == 0)
    }

    @Test func `a requeued or released run is not worked on`() throws {
        var run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-0")))
        try store.beginWork(on: run.id, token: run.fencingToken)
        try store.release(run.id, token: run.fencingToken)
        run = try #require(try store.claimNext(queues: ["q"], owner: owner("agent-1")))
        run = try store.transition(run.id, token: run.fencingToken, to: .building)
        try store.beginWork(on: run.id, token: run.fencingToken)
        try store.release(run.id, token: run.fencingToken)
        #expect(try adopt(run.id, 2).crashes == 0)
    }
}
