import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite struct RunLookupTests {
    let sandbox: Sandbox
    let store: Store

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
    }

    @discardableResult
    private func submit(_ id: String, priority: Priority = .medium) throws -> RunRecord {
        try store.submit(.sample(priority: priority, name: "n-\(id)"), as: #require(RunID(rawValue: id)))
    }

    @Test func `a submitted run is queued with its spec`() throws {
        let run = try submit("abc", priority: .high)
        #expect(run.state == .queued && run.priority == .high && run.name == "n-abc" && run.fencingToken == 0)
        #expect(run.spec == .sample(priority: .high, name: "n-abc"))
        #expect(try store.run(run.id) == run)
        #expect(try store.events(of: run.id).map(\.state) == [.queued])
        #expect(try JSON.decode(RunRecord.self, from: JSON.canonicalData(run)) == run)
        #expect(storeError { try submit("abc") }?.code == .exists)
        #expect(storeError { try store.submit(.sample(queue: nil)) }?.code == .invalid)
    }

    @Test func `a run is found by its ID or a prefix of it`() throws {
        for id in ["abcd", "abcd1", "abx-9", "zzz"] { try submit(id) }
        #expect(try store.run(matching: "abcd").id.rawValue == "abcd")
        #expect(try store.run(matching: "abx-").id.rawValue == "abx-9")
        #expect(try store.run(matching: "zzz").id.rawValue == "zzz")
        let several = storeError { _ = try store.run(matching: "abc") }
        #expect(several?.code == .invalid && several?.candidates == ["abcd", "abcd1"])
        for text in ["zz", "none", ""] {
            #expect(storeError { _ = try store.run(matching: text) }?.code == .unknown)
        }
        for text in ["ab*", "AB?D", "[abc", "äbc", "'--"] {
            #expect(storeError { _ = try store.run(matching: text) }?.code == .invalid, "\(text)")
        }
    }

    @Test func `runs are listed by page, newest first`() throws {
        try store.createQueue(QueueDefinition(name: "other", resource: "mock"))
        for id in ["r1", "r2", "r3", "r4"] { try submit(id) }
        try store.submit(.sample(queue: "other"), as: #require(RunID(rawValue: "o1")))
        _ = try store.claimNext(queues: ["q"], owner: owner("a"))
        func ids(_ filter: RunFilter) throws -> [String] { try store.runs(filter).map(\.id.rawValue) }
        #expect(try ids(RunFilter()) == ["o1", "r4", "r3", "r2", "r1"])
        #expect(try ids(RunFilter(states: [.queued], queue: "q")) == ["r4", "r3", "r2"])
        #expect(try ids(RunFilter(states: [.claimed, .failed])) == ["r1"])
        let page = try store.runs(RunFilter(limit: 2))
        #expect(page.map(\.id.rawValue) == ["o1", "r4"])
        #expect(try ids(RunFilter(limit: 2, before: page.last?.sequence)) == ["r3", "r2"])
        #expect(try ids(RunFilter(limit: -1)) == [])
        #expect(try ids(RunFilter(project: "p")).count == 5 && ids(RunFilter(project: "other")).isEmpty)
        let filters = [
            RunFilter(), RunFilter(states: [.queued], queue: "q"), RunFilter(project: "p", limit: 2),
            RunFilter(project: "x"), RunFilter(limit: -1),
        ]
        for filter in filters { #expect(try store.summaries(filter).map(\.id.rawValue) == ids(filter)) }
    }

    @Test func `a summary has the values that lists show`() throws {
        let run = try store.submit(.sample(), as: #require(RunID(rawValue: "r1")))
        let summary = try #require(try store.summaries().first)
        #expect(summary.name == nil && summary.queue == "q" && summary.project == "p" && summary.state == .queued)
        #expect(summary.cause == nil && summary.duration(at: run.submittedAt) == nil)
        try submit("r2")
        #expect(try store.summaries().first?.name == "n-r2")
        let token = try #require(try store.claimNext(queues: ["q"], owner: owner("a"))).fencingToken
        for state in [RunState.building, .submitting, .starting, .running] {
            try store.transition(run.id, token: token, to: state)
        }
        let running = try store.run(run.id)
        let later = Timestamp(milliseconds: try #require(running.startedAt).milliseconds + 65_000)
        #expect(try store.summaries().last?.duration(at: later) == .seconds(65))
        try store.transition(run.id, token: token, to: .failed, cause: Cause(.exit, "it\nbroke"))
        let ended = try #require(try store.summaries().last)
        #expect(ended.cause == "it\nbroke" && ended.endedAt != nil)
        let length = try #require(ended.duration(at: later))
        #expect(length < .seconds(60), "the time stops at the run's end")
        // Neither a cause that is not JSON nor an odd ID hides the other rows.
        try store.database.write { connection throws(StoreError) in
            try connection.run("UPDATE runs SET cause = 'x{' WHERE id = 'r1'")
            try connection.run("UPDATE runs SET id = 'no ID' WHERE id = 'r2'")
        }
        #expect(try store.summaries().map(\.cause) == ["x{"])
    }
}
