import Foundation
import Testing

import LaunchHost
@testable import LaunchStore

/// Rows with values that no program writes. No value may trap, and one row must not hide the others.
@Suite("damaged rows") struct DamagedRowTests {
    private let sandbox: Sandbox
    private let store: Store
    private let good: RunID
    private let bad: RunID

    init() async throws {
        sandbox = try Sandbox()
        store = try await sandbox.storeWithQueue()
        good = try await store.submit(.sample()).id
        bad = try await store.submit(.sample()).id
    }

    private func set(_ column: String, _ value: SQLValue) async throws {
        let id = bad
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE runs SET \(column) = ? WHERE id = ?", [value, .text(id.rawValue)])
        }
    }

    private static let texts = [
        "", "{", "null", "[]", "1e300", "\"\u{0}\"", "{\"source\":{\"image\":1}}",
        String(repeating: "[", count: 100_000),
        String(repeating: "{\"a\":", count: 600) + "1" + String(repeating: "}", count: 600),
    ]

    @Test(arguments: ["spec", "resolved", "image", "request", "handle", "outcome", "cause", "past_attempts"])
    func `an unreadable value is recorded as damage, and the other values are kept`(_ column: String) async throws {
        for text in Self.texts where !(text == "null" || text == "[]" && column == "past_attempts") {
            try await set(column, .text(text))
            let run = try await store.run(bad)
            let damage = try #require(run.damage, "\(column) \(text.prefix(40))")
            #expect(damage.contains("'\(column)'") && damage.utf8.count < 1_000)
            #expect(run.queue == "q")
            #expect(try await run.author == store.run(good).author)
            #expect(try await store.runs().map(\.id) == [bad, good])
            #expect(try await store.counts().total == 2)
        }
    }

    @Test(arguments: ["priority", "attempts", "stop_grace", "not_before", "started_at", "ended_at", "claimed_at"])
    func `a number at the end of its range is read`(_ column: String) async throws {
        for number in [Int64.min, -1, 1 << 40, .max] {
            try await set(column, SQLValue.integer(number as Int64?))
            let run = try await store.run(bad)
            #expect(run.damage == nil)
            // Each of these values can be encoded.
            _ = try JSON.pretty(run)
            #expect(try await store.runs().count == 2)
        }
    }

    @Test func `an unknown state counts as active`() async throws {
        try await set("state", .text("dancing"))
        #expect(try await store.run(bad).damage?.contains("dancing") == true)
        #expect(try await store.counts()[.claimed] == 1)
        #expect(try await store.adoptable(queues: ["q"]) == [bad])
    }

    @Test func `an unreadable event is still listed`() async throws {
        let id = bad
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "INSERT INTO events (run_id, at, state, cause, message) VALUES (?, ?, 'dancing', '{', 'm')",
                [.text(id.rawValue), SQLValue.integer(Int64.max as Int64?)])
        }
        let event = try #require(try await store.events(of: bad).last)
        #expect(event.message?.contains("dancing") == true && event.message?.contains("'cause'") == true)
        _ = try JSON.canonical(event)
    }

    @Test(arguments: [-1, Int64.min, -2_147_483_648])
    func `a negative version of the database is an error`(_ version: Int64) async throws {
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run("PRAGMA user_version = \(version)")
        }
        let kept = try await store.database.read { connection throws(StoreError) in
            try connection.first("PRAGMA user_version") { row throws(StoreError) in try row.integer("user_version") }
        }
        guard let kept, kept < 0 else { return }
        let error = await storeError { _ = try sandbox.store() }
        #expect(error?.code == .notADatabase)
        #expect(error?.message.contains("version \(kept)") == true && error?.hint != nil)
    }

    // MARK: IDs that are not run IDs

    private static let ids = ["", "UPPER", "a b", "-a", "a\u{0}b", "é", String(repeating: "a", count: 40), "../../x"]

    /// Gives the second run of the store another ID.
    private func rename(_ id: String, state: String = "queued") async throws {
        let old = bad
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET id = ?, state = ?, priority = 0, handle = '{}' WHERE id = ?",
                [.text(id), .text(state), .text(old.rawValue)])
            _ = try connection.run(
                "INSERT INTO events (run_id, at, state) VALUES (?, 0, ?)", [.text(id), .text(state)])
        }
    }

    @Test(arguments: ids) func `a row without a run ID does not hide other rows`(_ id: String) async throws {
        for state in ["queued", "running", "failed"] {
            try await rename(id, state: state)
            #expect(try await store.runs().map(\.id) == [good])
            #expect(try await store.queues().map(\.name) == ["q"])
            #expect(try await store.unreleased() == [])
            #expect(try await store.adoptable(queues: ["q"]) == [])
            #expect(try await store.events().map(\.runID).contains(good))
            #expect(try await store.run(matching: String(good.rawValue.prefix(4))).id == good)
            _ = try await store.snapshotsInUse()
            try await store.database.write { connection throws(StoreError) in
                _ = try connection.run("UPDATE runs SET id = ? WHERE id = ?", [.text(bad.rawValue), .text(id)])
            }
        }
    }

    @Test(arguments: ids) func `a row without a run ID at the front of the queue ends, and the next run is claimed`(
        _ id: String
    ) async throws {
        try await rename(id)
        let owner = try #require(OwnerID(rawValue: "agent-1"))
        #expect(try await store.claimNext(queues: ["q"], owner: owner)?.id == good)
        #expect(try await store.claimNext(queues: ["q"], owner: owner) == nil)
        #expect(try await store.hasWaiting(queues: ["q"]) == false)
        #expect(try await store.counts()[.failed] == 1)
    }

    @Test(arguments: ["queued", "running", "submitting"]) func `an agent sets rows without a run ID aside at its start`(
        _ state: String
    ) async throws {
        try await rename("NOT ONE", state: state)
        #expect(try await store.setAsideUnreadable(queues: ["other"]) == [])
        #expect(try await store.setAsideUnreadable(queues: ["q"]) == ["NOT ONE"])
        #expect(try await store.setAsideUnreadable(queues: ["q"]) == [])
        #expect(try await store.counts()[.failed] == 1)
    }

    @Test func `a queue with a row without a run ID can be deleted`() async throws {
        try await rename("NOT ONE")
        #expect(try await store.deleteQueue("q", force: true) == 2)
        #expect(try await store.queues() == [])
    }

    // MARK: queues and jobs

    @Test(arguments: ["template", "variables", "allow_overrides", "policy", "retry"])
    func `an unreadable queue is listed and can be repaired`(_ column: String) async throws {
        try await store.createQueue(QueueDefinition(name: "r", resource: "mock"))
        for text in Self.texts where text != "null" && !(text == "[]" && column != "policy" && column != "retry") {
            // Any JSON is a valid template, and unknown members of rules are ignored.
            if ["template", "variables", "allow_overrides"].contains(column) ? text != "{" : text.contains("source") {
                continue
            }
            try await store.database.write { connection throws(StoreError) in
                _ = try connection.run("UPDATE queues SET \(column) = ? WHERE name = 'q'", [.text(text)])
            }
            let queues = try await store.queues()
            #expect(queues.map(\.name) == ["q", "r"] && queues[1].damage == nil)
            #expect(queues[0].damage?.contains("'\(column)'") == true, "\(text.prefix(40))")
            let error = await storeError { _ = try await store.queue("q") }
            #expect(error?.code == .corrupt && error?.hint?.contains("launch queue edit q") == true)
            #expect(await storeError { _ = try await store.submit(.sample()) }?.code == .corrupt)
            #expect(try await store.setPaused(true, queue: "q").paused)
        }
        try await store.updateQueue(QueueDefinition(name: "q", resource: "mock"))
        #expect(try await store.queue("q").damage == nil)
    }

    @Test func `an unreadable queue can be deleted`() async throws {
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE queues SET template = '{' WHERE name = 'q'")
        }
        #expect(try await store.deleteQueue("q", force: true) == 2)
    }

    @Test func `an unreadable job is listed and can be deleted`() async throws {
        try await store.createJob("a", source: .image("busybox"))
        try await store.createJob("b", source: .image("busybox"))
        try await store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE job_versions SET source = '{' WHERE name = 'a'")
        }
        #expect(try await store.jobs().map { $0.damage == nil } == [false, true])
        #expect(try await store.snapshotsInUse() == [])
        #expect(await storeError { _ = try await store.job(JobReference(parsing: "a")) }?.code == .corrupt)
        #expect(try await store.deleteJob(JobReference(parsing: "a:v1")) == 1)
        #expect(try await store.jobs().map(\.name) == ["b"])
    }
}
