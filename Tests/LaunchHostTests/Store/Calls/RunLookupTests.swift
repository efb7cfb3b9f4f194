import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite struct RunLookupTests {
    let sandbox: Sandbox
    let store: Store

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
    }

    @discardableResult
    private func submit(_ id: String, priority: Priority = .medium) async throws -> RunRecord {
        try await store.submit(.sample(priority: priority, name: "n-\(id)"), as: #require(RunID(rawValue: id)))
    }

    @Test func `a submitted run is queued with its spec`() async throws {
        let run = try await submit("abc", priority: .high)
        #expect(run.state == .queued && run.priority == .high && run.name == "n-abc" && run.fencingToken == 0)
        var spec = LaunchSpec.sample(priority: .high, name: "n-abc")
        // A server knows the author as its user.
        if store.authenticatesAuthors { spec.author = "launch_test" }
        #expect(run.spec == spec)
        #expect(try await store.run(run.id) == run)
        #expect(try await store.events(of: run.id).map(\.state) == [.queued])
        #expect(try JSON.decode(RunRecord.self, from: JSON.canonicalData(run)) == run)
        #expect(await storeError { try await submit("abc") }?.code == .exists)
        #expect(await storeError { try await store.submit(.sample(queue: nil)) }?.code == .invalid)
    }

    @Test func `a run is found by its ID or a prefix of it`() async throws {
        for id in ["abcd", "abcd1", "abx-9", "zzz"] { try await submit(id) }
        #expect(try await store.run(matching: "abcd").id.rawValue == "abcd")
        #expect(try await store.run(matching: "abx-").id.rawValue == "abx-9")
        #expect(try await store.run(matching: "zzz").id.rawValue == "zzz")
        let several = await storeError { _ = try await store.run(matching: "abc") }
        #expect(several?.code == .invalid && several?.candidates == ["abcd", "abcd1"])
        for text in ["zz", "none", ""] {
            #expect(await storeError { _ = try await store.run(matching: text) }?.code == .unknown)
        }
        for text in ["ab*", "AB?D", "[abc", "äbc", "'--"] {
            #expect(await storeError { _ = try await store.run(matching: text) }?.code == .invalid, "\(text)")
        }
    }

    @Test func `runs are listed by page, newest first`() async throws {
        try await store.createQueue(QueueDefinition(name: "other", resource: "mock"))
        for id in ["r1", "r2", "r3", "r4"] { try await submit(id) }
        try await store.submit(.sample(queue: "other"), as: #require(RunID(rawValue: "o1")))
        _ = try await store.claimNext(queues: ["q"], owner: owner("a"))
        func ids(_ filter: RunFilter) async throws -> [String] { try await store.runs(filter).map(\.id.rawValue) }
        #expect(try await ids(RunFilter()) == ["o1", "r4", "r3", "r2", "r1"])
        #expect(try await ids(RunFilter(states: [.queued], queue: "q")) == ["r4", "r3", "r2"])
        #expect(try await ids(RunFilter(states: [.claimed, .failed])) == ["r1"])
        let page = try await store.runs(RunFilter(limit: 2))
        #expect(page.map(\.id.rawValue) == ["o1", "r4"])
        #expect(try await ids(RunFilter(limit: 2, before: page.last?.sequence)) == ["r3", "r2"])
        #expect(try await ids(RunFilter(limit: -1)) == [])
        #expect(try await ids(RunFilter(project: "p")).count == 5)
        #expect(try await ids(RunFilter(project: "other")).isEmpty)
        let filters = [
            RunFilter(), RunFilter(states: [.queued], queue: "q"), RunFilter(project: "p", limit: 2),
            RunFilter(project: "x"), RunFilter(limit: -1),
        ]
        for filter in filters { #expect(try await store.summaries(filter).map(\.id.rawValue) == ids(filter)) }
    }

    @Test func `a summary has the values that lists show`() async throws {
        let run = try await store.submit(.sample(), as: #require(RunID(rawValue: "r1")))
        let summary = try #require(try await store.summaries().first)
        #expect(summary.name == nil && summary.queue == "q" && summary.project == "p" && summary.state == .queued)
        #expect(summary.cause == nil && summary.duration(at: run.submittedAt) == nil)
        try await submit("r2")
        #expect(try await store.summaries().first?.name == "n-r2")
        let token = try #require(try await store.claimNext(queues: ["q"], owner: owner("a"))).fencingToken
        for state in [RunState.building, .submitting, .starting, .running] {
            try await store.transition(run.id, token: token, to: state)
        }
        let running = try await store.run(run.id)
        let later = Timestamp(milliseconds: try #require(running.startedAt).milliseconds + 65_000)
        #expect(try await store.summaries().last?.duration(at: later) == .seconds(65))
        try await store.transition(run.id, token: token, to: .failed, cause: Cause(.exit, "it\nbroke"))
        let ended = try #require(try await store.summaries().last)
        #expect(ended.cause == "it\nbroke" && ended.endedAt != nil)
        let length = try #require(ended.duration(at: later))
        #expect(length < .seconds(60), "the time stops at the run's end")
        // Neither a cause that is not JSON nor an odd ID hides the other rows.
        try await store.database.write { connection throws(StoreError) in
            try connection.run("UPDATE runs SET cause = 'x{' WHERE id = 'r1'")
            try connection.run("UPDATE runs SET id = 'no ID' WHERE id = 'r2'")
        }
        #expect(try await store.summaries().map(\.cause) == ["x{"])
    }
}
