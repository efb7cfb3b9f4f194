import Foundation
import Testing

@testable import LaunchHost

/// Rows that hold what no program writes: nothing may trap, and one row must not hide the others.
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
    func aValueThatCannotBeReadIsNotedAndTheOthersStay(_ column: String) throws {
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
    func aNumberAtTheEndOfItsRangeIsRead(_ column: String) throws {
        for number in [Int64.min, -1, 1 << 40, .max] {
            try set(column, SQLValue.integer(number as Int64?))
            let run = try store.run(bad)
            #expect(run.damage == nil)
            // Every value of it can be shown.
            _ = try JSON.pretty(run)
            #expect(try store.runs().count == 2)
        }
    }

    @Test func anUnknownStateCountsAsUnderWay() throws {
        try set("state", .text("dancing"))
        #expect(try store.run(bad).damage?.contains("dancing") == true)
        #expect(try store.counts()[.claimed] == 1)
        #expect(try store.adoptable(queues: ["q"]) == [bad])
    }

    @Test func anEventThatCannotBeReadIsToldAllTheSame() throws {
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
    func aNegativeVersionOfTheDatabaseIsAMessage(_ version: Int64) throws {
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
}
