import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchPluginKit
@testable import LaunchStore

/// Changes of runs that wait: priority and queue.
@Suite struct MoveTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.createQueue(QueueDefinition(name: "r", resource: "mock"))
        try await store.createQueue(QueueDefinition(name: "other", resource: "else"))
    }

    private func messages(of id: RunID) async throws -> [String] {
        try await store.events(of: id).compactMap(\.message)
    }

    @Test func `a run with another priority is claimed in its turn`() async throws {
        let (first, second) = (try await store.submit(.sample()), try await store.submit(.sample()))
        let changed = try await store.setPriority(.high, of: second.id, by: "ada@desk")
        #expect(changed.priority == .high && changed.spec.priority == .high)
        #expect(try await store.setPriority(.high, of: second.id) == changed)
        let told = try await messages(of: second.id)
        #expect(told.count == 2 && told.last?.hasPrefix("priority high, set by ") == true)
        #expect(!Sandbox.isSQLite || told.last == "priority high, set by ada@desk")
        #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1"))?.id == second.id)
        #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1"))?.id == first.id)
    }

    @Test func `a moved run is one that a submit writes`() async throws {
        let run = try await store.submit(.sample())
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        try await store.transition(
            run.id, token: claimed.fencingToken, to: .submitting,
            changes: RunChanges(request: RunRequest(runner: "mock", document: .object([:]))))
        try await store.requeue(
            run.id, token: claimed.fencingToken, cause: Cause(.quota, "none"),
            notBefore: Timestamp(milliseconds: 4_000_000_000_000))
        let moved = try await store.move(run.id, to: "r", by: "ada@desk")
        #expect(moved.queue == "r" && moved.spec.queue == "r" && moved.request == nil && moved.notBefore == nil)
        #expect(try await messages(of: run.id).last?.hasPrefix("moved from queue q to r by ") == true)
        #expect(try await store.move(run.id, to: "r") == moved)
        #expect(try await store.queue("q").counts.unfinished == 0)
        #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1")) == nil)
        let next = try #require(try await store.claimNext(queues: ["r"], owner: owner("agent-1")))
        try RowCheck(home: store.home, serverSetsAuthors: store.authenticatesAuthors).refuse(next)
    }

    /// A server of accounts that is away, or a process without a free descriptor, says nothing about a run.
    @Test func `an author that cannot be checked now is not refused`() async throws {
        let run = try await store.submit(.sample())
        var check = RowCheck(home: store.home, serverSetsAuthors: false)
        check.lookUp = { _ in .failed(EMFILE) }
        let error = #expect(throws: BackendError.self) { try check.refuse(run) }
        #expect(error?.category == .unavailable && error?.description.contains("Too many open files") == true)
        #expect(BackendError.Category.unavailable.disposition(in: .prepare) != .fail)
        check.lookUp = { _ in .name("eve") }
        #expect(throws: LaunchError.self) { try check.refuse(run) }
    }

    @Test func `only a run that waits is changed`() async throws {
        let run = try await store.submit(.sample())
        _ = try await store.claimNext(queues: ["q"], owner: owner("agent-1"))
        for change in [
            { _ = try await store.setPriority(.low, of: run.id) }, { _ = try await store.move(run.id, to: "r") },
        ] as [() async throws -> Void] {
            let error = try #require(await storeError(change))
            #expect(error.code == .refused)
            #expect(error.message == "The run '\(run.id)' is claimed and does not wait in a queue.")
        }
        #expect(try await messages(of: run.id).count == 2)
    }

    @Test func `a run stays with its resource, and needs a queue that exists`() async throws {
        let run = try await store.submit(.sample())
        let refused = try #require(await storeError { _ = try await store.move(run.id, to: "other") })
        #expect(refused.code == .refused)
        #expect(refused.message == "The run '\(run.id)' is for 'mock', and the queue 'other' is for 'else'.")
        let unknown = try #require(await storeError { _ = try await store.move(run.id, to: "rr") })
        #expect(unknown.code == .unknown && unknown.candidates == ["other", "q", "r"])
        #expect(try await store.run(run.id) == run)
    }
}
