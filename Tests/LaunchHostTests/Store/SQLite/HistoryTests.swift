import Foundation
import Testing

import LaunchHost
@testable import LaunchConfiguration
@testable import LaunchPluginKit
@testable import LaunchStore

/// The cost of a call depends on the runs that it concerns, not on the runs that have ended.
@Suite struct HistoryTests {
    struct Call: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var body: @Sendable (Store) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Store) async throws -> Void) {
            testDescription = name
            self.body = body
        }
    }

    static let calls = [
        Call("queue") { _ = try await $0.queue("q") },
        Call("queues") { _ = try await $0.queues() },
        Call("counts") { _ = try await $0.counts() },
        Call("submit") { try await $0.submit(.sample()) },
        Call("claim") { _ = try #require(try await $0.claimNext(queues: ["q"], owner: owner("agent-1"))) },
        Call("a run's life") { store in
            let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
            let token = run.fencingToken
            try await store.beginWork(on: run.id, token: token)
            try await store.transition(run.id, token: token, to: .submitting)
            try await store.transition(run.id, token: token, to: .starting)
            try await store.transition(run.id, token: token, to: .failed)
            try await store.markReleased(run.id)
        },
        Call("requeue") { store in
            let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
            try await store.requeue(run.id, token: run.fencingToken, cause: Cause(.quota, "none"))
        },
        Call("adoptable") { _ = try await $0.adoptable(queues: ["q"], resources: ["mock"]) },
        Call("held") { _ = try await $0.held(by: owner("agent-1")) },
        Call("stop requests") { _ = try await $0.stopRequests(of: owner("agent-1")) },
        Call("has waiting") { _ = try await $0.hasWaiting(queues: ["q"]) },
        Call("next ready") { _ = try await $0.nextReady(queues: ["q"]) },
        Call("unreleased") { _ = try await $0.unreleased() },
        Call("snapshots in use") { _ = try await $0.snapshotsInUse() },
        Call("set aside unreadable rows") { _ = try await $0.setAsideUnreadable(queues: ["q"]) },
        Call("wait reason") { store in
            let run = try #require(try await store.summaries(RunFilter(states: [.queued], limit: 1)).first)
            _ = try await store.waitReason(of: store.run(run.id))
        },
        Call("newest runs") { _ = try await $0.summaries(RunFilter(limit: 20)) },
        Call("a page of runs") { _ = try await $0.summaries(RunFilter(limit: 20, before: 40)) },
        Call("runs in one state") { _ = try await $0.summaries(RunFilter(states: [.succeeded], limit: 20)) },
        Call("runs in several states") {
            _ = try await $0.runs(RunFilter(states: [.queued, .succeeded, .failed], limit: 20))
        },
        Call("runs in a rare state") { _ = try await $0.runs(RunFilter(states: [.running, .queued], limit: 20)) },
        Call("runs of a queue") { _ = try await $0.summaries(RunFilter(queue: "q", limit: 20)) },
        Call("runs of a queue without runs") { _ = try await $0.summaries(RunFilter(queue: "empty", limit: 20)) },
        Call("runs of a queue in a state") {
            _ = try await $0.summaries(RunFilter(states: [.failed], queue: "q", limit: 20))
        },
        Call("runs of a project") { _ = try await $0.summaries(RunFilter(project: "p", limit: 20)) },
        Call("runs of a project without runs") { _ = try await $0.summaries(RunFilter(project: "empty", limit: 20)) },
        Call("projects") { _ = try await $0.projects() },
        Call("a run by the beginning of its ID") { _ = try await $0.run(matching: "first") },
    ]

    @Test(arguments: calls) func `costs the same after 100 and after 4000 ended runs:`(_ call: Call) async throws {
        let (few, many) = (try await steps(of: call, after: 100), try await steps(of: call, after: 4000))
        // The depth of the indexes differs by a page.
        #expect(many <= few + few / 5 + 40, "\(few) steps, then \(many)")
    }

    /// The steps of the second call: the first one prepares the statements.
    private func steps(of call: Call, after ended: Int) async throws -> Int {
        let sandbox = try Sandbox()
        let store = try await sandbox.storeWithQueue()
        try await store.submit(.sample(), as: #require(RunID(rawValue: "first")))
        for _ in 0..<4 { try await store.submit(.sample()) }
        try await store.database.write { connection throws(StoreError) in
            try connection.run(
                """
                WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, handle,
                    submitted_at, ended_at, released_at)
                SELECT 'old' || n, queue, resource, name, project, author, priority,
                    iif(n % 3, 'succeeded', 'failed'), spec, '{}', submitted_at, 1, 1
                FROM numbers CROSS JOIN (SELECT * FROM runs WHERE id = 'first')
                """, [.integer(ended)])
        }
        #expect(try await store.counts().total == ended + 5)
        try await call.body(store)
        let before = try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 }
        try await call.body(store)
        return try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 } - before
    }
}

extension HistoryTests {
    @Test(arguments: [false, true])
    func `a claim costs the same with 100 and with 4000 waiting runs of three submitters`(isAtLimit: Bool) async throws
    {
        func steps(_ waiting: Int) async throws -> Int {
            let sandbox = try Sandbox()
            let store = try sandbox.store()
            let limits = isAtLimit ? QueueLimits(queue: 100, perSubmitter: 1) : nil
            try await store.createQueue(QueueDefinition(name: "q", resource: "mock", limits: limits))
            try await store.submit(.sample(), as: #require(RunID(rawValue: "first")))
            try await store.database.write { connection throws(StoreError) in
                try connection.run(
                    """
                    WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                    INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at)
                    SELECT 'new' || n, queue, resource, name, project, 'author' || (n % 3), n % 4, 'queued', spec,
                        submitted_at
                    FROM numbers CROSS JOIN (SELECT * FROM runs WHERE id = 'first')
                    """, [.integer(waiting)])
            }
            // Each submitter has a run, and the limit of one for each submitter is reached.
            for _ in 0..<4 { _ = try await store.claimNext(queues: ["q"], owner: owner("agent-1")) }
            let before = try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 }
            let run = try await store.claimNext(queues: ["q"], owner: owner("agent-1"))
            #expect((run == nil) == isAtLimit)
            return try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 } - before
        }
        let (few, many) = (try await steps(100), try await steps(4000))
        #expect(many <= few + few / 5 + 40, "\(few) steps, then \(many)")
    }

    @Test func `a claim costs the same before 100 and 4000 runs that wait for an instance`() async throws {
        func steps(_ waiting: Int) async throws -> Int {
            let sandbox = try Sandbox()
            let store = try sandbox.store()
            let limits = QueueLimits(perInstanceType: ["p4d": 1])
            try await store.createQueue(QueueDefinition(name: "q", resource: "mock", limits: limits))
            try await store.submit(.sample(), as: #require(RunID(rawValue: "first")))
            let first = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
            let demand = RunDemand([InstanceDemand(type: "p4d", count: 1, path: FieldPath())])
            _ = try await store.admit(
                first.id, token: first.fencingToken, of: "q", to: .preparing, demand: demand, changes: RunChanges())
            try await store.database.write { connection throws(StoreError) in
                try connection.run(
                    """
                    WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
                    INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at,
                        demand)
                    SELECT 'new' || n, queue, resource, name, project, 'author' || (n % 3), n % 4, 'queued', spec,
                        submitted_at, demand
                    FROM numbers CROSS JOIN (SELECT * FROM runs WHERE id = 'first')
                    """, [.integer(waiting)])
            }
            #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1")) == nil)
            // A later run, whose demand is not known.
            try await store.submit(.sample(), as: #require(RunID(rawValue: "last")))
            try await store.submit(.sample())
            #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1"))?.id.rawValue == "last")
            let before = try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 }
            #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1")) != nil)
            #expect(try await store.claimNext(queues: ["q"], owner: owner("agent-1")) == nil)
            return try await store.database.read { ($0 as? SQLiteConnection)?.steps ?? 0 } - before
        }
        let (few, many) = (try await steps(100), try await steps(4000))
        #expect(many <= few + few / 5 + 40, "\(few) steps, then \(many)")
    }

    @Test func `counts follow every change of a run's state`() async throws {
        let store = try await Sandbox().storeWithQueue()
        #expect(try await store.counts().total == 0)
        for _ in 0..<3 { try await store.submit(.sample()) }
        try await store.submit(.sample(queue: nil), claimedBy: owner("run-1"))
        #expect(try await store.counts()[.queued] == 3)
        #expect(try await store.counts()[.claimed] == 1)
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        #expect(try await store.queue("q").counts[.queued] == 2)
        #expect(try await store.queue("q").counts[.claimed] == 1)
        try await store.transition(run.id, token: run.fencingToken, to: .failed)
        #expect(try await store.queue("q").counts[.failed] == 1)
        #expect(try await store.queue("q").counts[.claimed] == 0)
        #expect(try await store.removeEnded([run.id]) == 1)
        #expect(try await store.queue("q").counts.total == 2)
        #expect(try await store.counts().total == 3)
        #expect(try await store.deleteQueue("q", force: true) == 2)
        #expect(try await store.counts()[.stopped] == 2)
        #expect(try await store.counts()[.queued] == 0)
    }
}
