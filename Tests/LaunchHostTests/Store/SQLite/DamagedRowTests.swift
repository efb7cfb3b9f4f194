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

    init() throws {
        sandbox = try Sandbox()
        store = try sandbox.storeWithQueue()
        good = try store.submit(.sample()).id
        bad = try store.submit(.sample()).id
    }

    private func set(_ column: String, _ value: SQLValue) throws {
        let id = bad
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE runs SET \(column) = ? WHERE id = ?", [value, .text(id.rawValue)])
        }
    }

    private static let texts = [
        "", "{", "null", "[]", "1e300", "\"\u{0}\"", "{\"source\":{\"image\":1}}",
        String(repeating: "[", count: 100_000),
        String(repeating: "{\"a\":", count: 600) + "1" + String(repeating: "}", count: 600),
    ]

    @Test(arguments: ["spec", "resolved", "image", "request", "handle", "outcome", "cause", "past_attempts"])
    func `an unreadable value is recorded as damage, and the other values are kept`(_ column: String) throws {
        for text in Self.texts where !(text == "null" || text == "[]" && column == "past_attempts") {
            try set(column, .text(text))
            let run = try store.run(bad)
            let damage = try #require(run.damage, "\(column) \(text.prefix(40))")
            #expect(damage.contains("'\(column)'") && damage.utf8.count < 1_000)
            #expect(try run.queue == "q" && run.author == store.run(good).author)
            #expect(try store.runs().map(\.id) == [bad, good])
            #expect(try store.counts().total == 2)
        }
    }

    @Test(arguments: ["priority", "attempts", "stop_grace", "not_before", "started_at", "ended_at", "claimed_at"])
    func `a number at the end of its range is read`(_ column: String) throws {
        for number in [Int64.min, -1, 1 << 40, .max] {
            try set(column, SQLValue.integer(number as Int64?))
            let run = try store.run(bad)
            #expect(run.damage == nil)
            // Each of these values can be encoded.
            _ = try JSON.pretty(run)
            #expect(try store.runs().count == 2)
        }
    }

    @Test func `an unknown state counts as active`() throws {
        try set("state", .text("dancing"))
        #expect(try store.run(bad).damage?.contains("dancing") == true)
        #expect(try store.counts()[.claimed] == 1)
        #expect(try store.adoptable(queues: ["q"]) == [bad])
    }

    @Test func `an unreadable event is still listed`() throws {
        let id = bad
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "INSERT INTO events (run_id, at, state, cause, message) VALUES (?, ?, 'dancing', '{', 'm')",
                [.text(id.rawValue), SQLValue.integer(Int64.max as Int64?)])
        }
        let event = try #require(try store.events(of: bad).last)
        #expect(event.message?.contains("dancing") == true && event.message?.contains("'cause'") == true)
        _ = try JSON.canonical(event)
    }

    @Test(arguments: [-1, Int64.min, -2_147_483_648])
    func `a negative version of the database is an error`(_ version: Int64) throws {
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run("PRAGMA user_version = \(version)")
        }
        let kept = try store.database.read { connection throws(StoreError) in
            try connection.first("PRAGMA user_version") { row throws(StoreError) in try row.integer("user_version") }
        }
        guard let kept, kept < 0 else { return }
        let error = storeError { _ = try sandbox.store() }
        #expect(error?.code == .notADatabase)
        #expect(error?.message.contains("version \(kept)") == true && error?.hint != nil)
    }

    // MARK: IDs that are not run IDs

    private static let ids = ["", "UPPER", "a b", "-a", "a\u{0}b", "é", String(repeating: "a", count: 40), "../../x"]

    /// Gives the second run of the store another ID.
    private func rename(_ id: String, state: String = "queued") throws {
        let old = bad
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE runs SET id = ?, state = ?, priority = 0, handle = '{}' WHERE id = ?",
                [.text(id), .text(state), .text(old.rawValue)])
            _ = try connection.run(
                "INSERT INTO events (run_id, at, state) VALUES (?, 0, ?)", [.text(id), .text(state)])
        }
    }

    @Test(arguments: ids) func `a row without a run ID does not hide other rows`(_ id: String) throws {
        for state in ["queued", "running", "failed"] {
            try rename(id, state: state)
            #expect(try store.runs().map(\.id) == [good])
            #expect(try store.queues().map(\.name) == ["q"])
            #expect(try store.unreleased() == [] && store.adoptable(queues: ["q"]) == [])
            #expect(try store.events().map(\.runID).contains(good))
            #expect(try store.run(matching: String(good.rawValue.prefix(4))).id == good)
            _ = try store.snapshotsInUse()
            try store.database.write { connection throws(StoreError) in
                _ = try connection.run("UPDATE runs SET id = ? WHERE id = ?", [.text(bad.rawValue), .text(id)])
            }
        }
    }

    @Test(arguments: ids) func `a row without a run ID at the front of the queue ends, and the next run is claimed`(
        _ id: String
    ) throws {
        try rename(id)
        let owner = try #require(OwnerID(rawValue: "agent-1"))
        #expect(try store.claimNext(queues: ["q"], owner: owner)?.id == good)
        #expect(try store.claimNext(queues: ["q"], owner: owner) == nil)
        #expect(try store.hasWaiting(queues: ["q"]) == false)
        #expect(try store.counts()[.failed] == 1)
    }

    @Test(arguments: ["queued", "running", "submitting"]) func `an agent sets rows without a run ID aside at its start`(
        _ state: String
    ) throws {
        try rename("NOT ONE", state: state)
        #expect(try store.setAsideUnreadable(queues: ["other"]) == [])
        #expect(try store.setAsideUnreadable(queues: ["q"]) == ["NOT ONE"])
        #expect(try store.setAsideUnreadable(queues: ["q"]) == [])
        #expect(try store.counts()[.failed] == 1)
    }

    @Test func `a queue with a row without a run ID can be deleted`() throws {
        try rename("NOT ONE")
        #expect(try store.deleteQueue("q", force: true) == 2)
        #expect(try store.queues() == [])
    }

    // MARK: queues and jobs

    @Test(arguments: ["template", "variables", "allow_overrides", "policy", "retry"])
    func `an unreadable queue is listed and can be repaired`(_ column: String) throws {
        try store.createQueue(QueueDefinition(name: "r", resource: "mock"))
        for text in Self.texts where text != "null" && !(text == "[]" && column != "policy" && column != "retry") {
            // Any JSON is a valid template, and unknown members of rules are ignored.
            if ["template", "variables", "allow_overrides"].contains(column) ? text != "{" : text.contains("source") {
                continue
            }
            try store.database.write { connection throws(StoreError) in
                _ = try connection.run("UPDATE queues SET \(column) = ? WHERE name = 'q'", [.text(text)])
            }
            let queues = try store.queues()
            #expect(queues.map(\.name) == ["q", "r"] && queues[1].damage == nil)
            #expect(queues[0].damage?.contains("'\(column)'") == true, "\(text.prefix(40))")
            let error = storeError { _ = try store.queue("q") }
            #expect(error?.code == .corrupt && error?.hint?.contains("launch queue edit q") == true)
            #expect(storeError { _ = try store.submit(.sample()) }?.code == .corrupt)
            #expect(try store.setPaused(true, queue: "q").paused)
        }
        try store.updateQueue(QueueDefinition(name: "q", resource: "mock"))
        #expect(try store.queue("q").damage == nil)
    }

    @Test func `an unreadable queue can be deleted`() throws {
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE queues SET template = '{' WHERE name = 'q'")
        }
        #expect(try store.deleteQueue("q", force: true) == 2)
    }

    @Test func `an unreadable job is listed and can be deleted`() throws {
        try store.createJob("a", source: .image("busybox"))
        try store.createJob("b", source: .image("busybox"))
        try store.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE job_versions SET source = '{' WHERE name = 'a'")
        }
        #expect(try store.jobs().map { $0.damage == nil } == [false, true])
        #expect(try store.snapshotsInUse() == [])
        #expect(storeError { _ = try store.job(JobReference(parsing: "a")) }?.code == .corrupt)
        #expect(try store.deleteJob(JobReference(parsing: "a:v1")) == 1)
        #expect(try store.jobs().map(\.name) == ["b"])
    }
}
