import Foundation
import Testing

import LaunchHost
@testable import LaunchStore

@Suite struct SchemaTests {
    /// The current version reads and continues a database of the first version.
    @Test func `a database of the first version keeps its rows`() async throws {
        let sandbox = try Sandbox()
        try sandbox.home.make()
        let old = try Database.sqlite(
            path: sandbox.home.database, durability: .processEnd, migrations: Array(Schema.migrations.prefix(1)))
        let spec = LaunchSpec.sample()
        let id = try #require(RunID(rawValue: "oldrun01"))
        let request = RunRequest(runner: "mock", document: .object(["a": .integer(1)]))
        let handle = RunHandle(runner: "mock", runID: id, fields: ["name": "x"])
        try await old.write { connection throws(StoreError) in
            try connection.run(
                "INSERT INTO queues (name, resource, template, variables, created_at, updated_at) "
                    + "VALUES ('q', 'mock', '{\"cpus\":1}', '[]', 1, 1)")
            try connection.run(
                """
                INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, request, handle,
                    owner, claim_token, attempts, submitted_at)
                VALUES (?, 'q', 'mock', 'n', 'p', 'ada', 2, 'running', ?, ?, ?, '1-gone', 3, 2, 1000)
                """, [.text(id.rawValue), try .json(spec), try .json(request), try .json(handle)])
            try connection.run(
                "INSERT INTO runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at) "
                    + "VALUES ('oldrun02', 'q', 'mock', 'n', 'p', 'ada', 2, 'queued', ?, 2000)", [try .json(spec)])
            try connection.run(
                "INSERT INTO events (run_id, at, state) VALUES (?, 1000, 'queued')", [.text(id.rawValue)])
            try connection.script("INSERT INTO jobs (name, last_version) VALUES ('train', 1)")
            try connection.run(
                "INSERT INTO job_versions (name, version, source, created_at) VALUES ('train', 1, ?, 5)",
                [try .json(Source.image("train:1"))])
        }

        let store = try sandbox.store()
        let queue = try await store.queue("q").definition
        #expect(queue.template == .object(["cpus": .integer(1)]) && queue.retry == nil)
        let run = try await store.run(id)
        #expect(run.state == .running && run.attempts == 2 && run.handle == handle && run.request == request)
        #expect(run.waitingSince == nil && run.pastAttempts == nil)
        #expect(try await store.events(of: id).count == 1)
        let adopted = try #require(try await store.adopt(id, owner: owner("agent-1")))
        let past = PastAttempt(
            handle: handle, cause: Cause(.capacity, "none"), backendStatus: "Failed", startedAt: nil,
            endedAt: Timestamp(Date(timeIntervalSince1970: 5)))
        let again = try await store.beginAttempt(
            id, token: adopted.fencingToken, after: past, with: request, message: "attempt 2")
        #expect(again.pastAttempts == [past])
        let claimed = try #require(try await store.claimNext(queues: ["q"], owner: owner("agent-1")))
        try await store.requeue(claimed.id, token: claimed.fencingToken, cause: Cause(.quota, "x"))
        #expect(try await store.run(claimed.id).waitingSince != nil)
        try await store.updateQueue(
            QueueDefinition(name: "q", resource: "mock", retry: RetryRules(attempts: 3, waitSeconds: 60)))
        #expect(try await store.queue("q").definition.retry == RetryRules(attempts: 3, waitSeconds: 60))
        #expect(try await store.jobs(project: "default").map(\.source) == [.image("train:1")])
        #expect(try await store.createJob("train", source: .image("train:2")).project == "default")
        #expect(try await store.summaries(RunFilter(project: "p")).count == 2)
    }

    @Test func `a database of a later version is rejected`() async throws {
        let sandbox = try Sandbox()
        try sandbox.home.make()
        _ = try Database.sqlite(
            path: sandbox.home.database, durability: .processEnd,
            migrations: Schema.migrations + ["CREATE TABLE later (a TEXT) STRICT"])
        #expect(await storeError { _ = try sandbox.store() }?.code == .newer)
    }
}
