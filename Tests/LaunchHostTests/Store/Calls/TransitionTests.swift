import Foundation
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchRehearsal
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite struct TransitionTests {
    let sandbox: Sandbox
    let store: Store
    let run: RunRecord

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        try await store.submit(.sample())
        run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
    }

    @Test func `a write with a stale token changes nothing`() async throws {
        try await store.release(run.id, token: run.fencingToken)
        let next = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-2")))
        let before = try await store.run(run.id)
        let events = try await store.events()
        let calls: [() async throws -> Void] = [
            { try await store.transition(run.id, token: run.fencingToken, to: .running) },
            { try await store.record(run.id, token: run.fencingToken, RunChanges(backendStatus: "x")) },
            { try await store.note(run.id, token: run.fencingToken, "x") },
            { try await store.release(run.id, token: run.fencingToken) },
            { try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.capacity, "x")) },
        ]
        for call in calls { #expect(await storeError(call)?.code == .stale) }
        #expect(try await store.run(run.id) == before)
        #expect(try await store.events() == events)
        try await store.transition(run.id, token: next.fencingToken, to: .building)
        #expect(try await store.run(run.id).state == .building)
    }

    @Test func `only the documented transitions are accepted`() async throws {
        for (from, to) in RunState.allCases.flatMap({ from in RunState.allCases.map { (from, $0) } })
        where from != .queued && to != .queued {
            let id = RunID.random()
            try await store.submit(.sample(), as: id)
            let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("a")))
            try await store.transition(id, token: claimed.fencingToken, to: from)
            let events = try await store.events(of: id).count
            let error = await storeError { try await store.transition(id, token: claimed.fencingToken, to: to) }
            let now = try await store.run(id)
            if from.mayBecome(to) {
                #expect(error == nil && now.state == to, "\(from) to \(to)")
            } else {
                #expect(error?.code == .refused && now.state == from, "\(from) to \(to)")
                #expect(try await store.events(of: id).count == events)
            }
        }
    }

    @Test func `the value of each stage is read back unchanged`() async throws {
        let job = ResolvedJob(
            runID: run.id, runName: "n", project: "p", entity: "e", author: "a", queue: "q", resource: "mock",
            source: .image("x"), entryPoint: ["sh", "-c"], arguments: ["a b", "ü\n"],
            runConfig: ["lr": .number(0.1), "deep": .object(["n": .null, "l": .array([.bool(true)])])],
            template: .object(["k": .integer(.max)]))
        let digest = try #require(Digest(rawValue: "sha256:" + String(repeating: "ab", count: 32)))
        let image = PinnedImage(reference: "r@\(digest)", digest: digest, name: "r:1", platform: "linux/amd64")
        let request = RunRequest(runner: "mock", document: .object(["a": .array([.integer(1), .null])]))
        let handle = RunHandle(runner: "mock", runID: run.id, version: 3, fields: ["container": "c"])
        let outcome = Outcome(
            outputs: [.init(name: "/out", path: "/x")], metrics: ["loss": 0.25], warnings: ["w"])
        let began = Timestamp(milliseconds: 1_785_600_000_123)
        try await store.transition(
            run.id, token: run.fencingToken, to: .building, changes: RunChanges(resolved: job, image: image))
        try await store.record(run.id, token: run.fencingToken, RunChanges(imageDecision: "built", request: request))
        try await store.transition(
            run.id, token: run.fencingToken, to: .running,
            changes: RunChanges(handle: handle, backendStatus: "InProgress", startedAt: began))
        let ended = try await store.transition(
            run.id, token: run.fencingToken, to: .failed, cause: Cause(.exit, "exit code 3", exitCode: 3),
            message: "it ended", changes: RunChanges(outcome: outcome))
        let read = try await sandbox.store().run(run.id)
        #expect(read == ended)
        #expect(read.resolved == job && read.image == image && read.request == request && read.handle == handle)
        #expect(read.outcome == outcome && read.imageDecision == "built" && read.backendStatus == "InProgress")
        #expect(read.startedAt == began && read.endedAt != nil && read.cause?.exitCode == 3)
        let events = try await store.events(of: run.id)
        #expect(events.map(\.state) == [.queued, .claimed, .building, .running, .failed])
        #expect(events.last?.message == "it ended" && events.last?.cause == read.cause)
        #expect(try JSON.decode(RunRecord.self, from: JSON.canonicalData(read)) == read)
    }

    @Test func `an unknown cause of a newer version is kept`() async throws {
        let cause = Cause(Cause.Code(rawValue: "solar-flare"), "A code of the future.", exitCode: 9)
        try await store.transition(run.id, token: run.fencingToken, to: .failed, cause: cause)
        #expect(try await store.run(run.id).cause == cause)
        #expect(try await store.events(of: run.id).last?.cause == cause)
    }

    @Test func `the outcome of an ended run can still be recorded`() async throws {
        try await store.transition(run.id, token: run.fencingToken, to: .succeeded)
        let outcome = Outcome(metrics: ["a": 1])
        #expect(
            try await store.record(run.id, token: run.fencingToken, RunChanges(outcome: outcome)).outcome == outcome)
    }

    @Test func `ten thousand events are read in order and never change`() async throws {
        for index in 0..<10_000 { try await store.note(run.id, token: run.fencingToken, "step \(index)") }
        var read: [String] = []
        var last: Int64 = 0
        while true {
            let page = try await store.events(of: run.id, after: last)
            guard let end = page.last else { break }
            #expect(page.count <= 1_000 && page.allSatisfy { $0.sequence > last })
            read += page.compactMap(\.message).filter { $0.hasPrefix("step") }
            last = end.sequence
        }
        #expect(read == (0..<10_000).map { "step \($0)" })
        for sql in ["DELETE FROM events", "UPDATE events SET state = 'queued'"] {
            let error = await storeError {
                _ = try await store.write { connection throws(StoreError) in try connection.run(sql) }
            }
            #expect(error?.message.contains("never") == true)
        }
    }
}
