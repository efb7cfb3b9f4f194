import Testing

@testable import LaunchHost

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

    @Test func aSubmittedRunIsQueuedWithItsSpec() throws {
        let run = try submit("abc", priority: .high)
        #expect(run.state == .queued && run.priority == .high && run.name == "n-abc" && run.claimToken == 0)
        #expect(run.spec == .sample(priority: .high, name: "n-abc"))
        #expect(try store.run(run.id) == run)
        #expect(try store.events(of: run.id).map(\.state) == [.queued])
        #expect(try JSON.decode(RunRecord.self, from: JSON.canonicalData(run)) == run)
        #expect(storeError { try submit("abc") }?.code == .exists)
        #expect(storeError { try store.submit(.sample(queue: nil)) }?.code == .invalid)
    }

    @Test func isFoundByItsIDOrTheBeginningOfIt() throws {
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

    @Test func listsNewestFirstByPage() throws {
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
    }
}
