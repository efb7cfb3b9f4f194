import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchStore

/// A copy from SQLite to PostgreSQL and back.
@Suite("copies of a store", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct StoreCopyTests {
    private let folder: TemporaryDirectory
    private let home: LaunchHome
    private let back: LaunchHome
    private let database: PostgresDatabase

    init() throws {
        folder = try TemporaryDirectory()
        (home, back) = (LaunchHome(path: folder.file("home")), LaunchHome(path: folder.file("back")))
        database = try PostgresDatabase(on: PostgresServer.shared.get())
    }

    private func server(as role: String? = nil) -> StoreServer {
        let parameters = PostgresServer.parameters(database.environment(of: role))
        return StoreServer(name: database.name) { parameters }
    }

    private var there: StoreCopy {
        StoreCopy(from: .sqlite(home), to: .postgreSQL(server()))
    }

    private func makeServer() async throws {
        try await server().initialize(prefix: database.name)
    }

    private static let oddTexts = [
        "", " ", "a\tb\n", #"\ " ' {} , NULL \N"#, "NULL", "{\"a\": [1, null]}", "Größe 数 🏋️‍♀️", "\u{1B}[31m\u{202E}",
        "\"\u{301}", "\\\u{301}\\", "'\u{301}", String(repeating: "x", count: 40_000), "\r\n\u{7F}\u{FFFD}",
    ]

    /// A store with runs in all states, texts of all kinds in all columns, gaps in its numbers, and a large run.
    private func fill(_ store: Store) async throws {
        try await store.database.write { connection throws(StoreError) in
            for (number, text) in Self.oddTexts.enumerated() {
                try connection.run(
                    """
                    INSERT INTO queues (name, resource, file_text, file_name, template, variables, allow_overrides, paused,
                        created_at, updated_at, retry, policy, paused_by, paused_at, owners, limits)
                    VALUES (?1, ?2, ?3, ?3, ?3, '[]', NULL, ?4, ?4, -1, ?3, NULL, ?3, ?5, ?3, ?3)
                    """,
                    [
                        .text("q\(number)"), .text("mock"), .text(text), .integer(number % 2), .integer(Int64.max),
                    ])
                try connection.run(
                    "INSERT INTO shares (queue, author, claims, at) VALUES ('q1', ?, ?, -1)",
                    [.text(text), .integer(Int64.max)])
                try connection.run("INSERT INTO jobs (name, last_version) VALUES (?, 7)", [.text("j\(number)")])
                for version in 1...3 {
                    try connection.run(
                        "INSERT INTO job_versions (name, version, source, created_at, project) VALUES (?, ?, ?, 5, ?)",
                        [.text("j\(number)"), .integer(version), .text(text), version == 1 ? .null : .text(text)])
                }
                try connection.run(
                    "INSERT INTO job_aliases (name, alias, version) VALUES (?, 'best', 2)", [.text("j\(number)")])
            }
            var number = 0
            for state in RunState.allCases {
                for text in Self.oddTexts {
                    number += 1
                    let isOdd = number % 2 == 1
                    try connection.run(
                        """
                        INSERT INTO runs (sequence, id, queue, resource, name, project, author, priority, state, cause,
                            backend_status, spec, resolved, image, image_decision, request, handle, outcome, owner,
                            claim_token, attempts, stop_requested_at, stop_grace, submitted_at, not_before, claimed_at,
                            started_at, ended_at, released_at, waiting_since, past_attempts, working, crashes,
                            requeued_at, stop_requested_by)
                        VALUES (?1, ?2, ?3, 'mock', ?4, ?4, ?4, ?5, ?6, ?4, ?4, ?4, ?4, ?4, ?4, ?4, ?4, ?4, ?7, ?1, ?5, ?8,
                            ?8, ?1, ?8, ?8, ?8, ?8, ?8, ?8, ?4, ?5, ?5, ?8, ?4)
                        """,
                        [
                            .integer(number * 3), .text("run\(10_000 + number)"),
                            isOdd ? .null : .text("q\(number % Self.oddTexts.count)"), .text(text),
                            .integer(number % 4), .text(state.rawValue), isOdd ? .text("9-gone") : .null,
                            isOdd ? .null : .integer(Int64.min + Int64(number)),
                        ])
                    try connection.run(
                        "INSERT INTO events (seq, run_id, at, state, cause, message) VALUES (?, ?, 1, ?, ?, NULL)",
                        [.integer(number * 5), .text("run\(10_000 + number)"), .text(state.rawValue), .text(text)])
                }
            }
            // Rows that were removed: their numbers are not used again.
            try connection.run("INSERT INTO events (seq, run_id, at, state) VALUES (100000, 'gone', 1, 'queued')")
            try connection.run("DELETE FROM events WHERE seq = 100000")
        }
    }

    /// The error that `body` throws, or nil.
    private func storeError(_ body: () async throws -> Void) async -> StoreError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    /// All rows of all copied tables, the counters of runs, and the numbers that come next.
    private func contents(_ home: LaunchHome) throws -> [String] {
        let connection = try SQLiteConnection.ready(path: home.database)
        var lines: [String] = []
        for table in CopiedTable.all {
            let columns = try connection.rows("SELECT name FROM pragma_table_info(?)", [.text(table.name)]) {
                row throws(StoreError) in try row.text("name")
            }
            let text = columns.map { "quote(\($0))" }.joined(separator: " || '|' || ")
            lines += try connection.rows(
                "SELECT \(text) AS line FROM \(table.name) ORDER BY \(table.key.joined(separator: ", "))"
            ) {
                row throws(StoreError) in "\(table.name) \(try row.text("line"))"
            }
        }
        let others = [
            "SELECT queue || state || runs AS line FROM run_counts WHERE runs <> 0 ORDER BY 1",
            "SELECT name || seq AS line FROM sqlite_sequence ORDER BY 1",
        ]
        for query in others { lines += try connection.rows(query) { row throws(StoreError) in try row.text("line") } }
        return lines
    }

    private func rowsOnServer() throws -> String {
        let counts = CopiedTable.all.map { "(SELECT count(*) FROM launch.\($0.name))" }.joined(separator: " + ")
        return try database.run("SELECT \(counts)").joined()
    }

    @Test func `a store with every state and odd texts is the same after a copy there and back`() async throws {
        try await fill(try Store(home: home, durability: .processEnd))
        try await makeServer()
        let steps = Mutex<Set<String>>([])
        let first = try await there.run { step, done, all in
            if done <= all { _ = steps.withLock { $0.insert("\(step)") } }
        }
        #expect(steps.withLock { $0 } == ["copying", "comparing"])
        #expect(first.queues == Self.oddTexts.count && first.jobVersions == 3 * Self.oddTexts.count)
        #expect(first.runs == RunState.allCases.count * Self.oddTexts.count && first.events == first.runs)
        #expect(first.notCopied == [] && first.replaced == 0)
        let second = try await StoreCopy(from: .postgreSQL(server()), to: .sqlite(back)).run { _, _, _ in }
        let expected = try contents(home)
        #expect(expected.count > 2 * first.runs)
        #expect(try contents(back) == expected)
        #expect((second.runs, second.events, second.notCopied) == (first.runs, first.events, []))

        // Who submits and claims next finds everything in order.
        let store = try Store(home: back, postgreSQL: database.name, parameters: server().parameters)
        #expect(try await store.queues().map(\.counts) == Store(home: home).queues().map(\.counts))
        let next = try database.run("SELECT nextval('launch.events_seq_seq'), nextval('launch.runs_sequence_seq')")
        #expect(next == ["100001|\(3 * first.runs + 1)"])
    }

    @Test func `a destination that is not empty is refused and keeps its contents`() async throws {
        try await fill(try Store(home: home, durability: .processEnd))
        try await makeServer()
        try database.run("INSERT INTO launch.jobs (name, last_version) VALUES ('mine', 1)")
        for attempt in [there.check, { _ = try await there.run { _, _, _ in } }] {
            let error = await storeError(attempt)
            #expect(error?.code == .refused && error?.message.contains("is not empty: it has jobs") == true)
        }
        #expect(try rowsOnServer() == "1")
    }

    @Test func `a store whose agent is alive is refused, on either side`() async throws {
        let store = try Store(home: home, durability: .processEnd)
        try await makeServer()
        var lock: OwnerLock? = try await store.becomeOwner(kind: "agent", queues: ["q"])
        let id = try #require(lock?.id)
        let error = await storeError { _ = try await there.run { _, _, _ in } }
        #expect(
            error?.code == .refused && error?.message.contains("agent \(id)") == true, "\(error as Any)")
        lock = nil
        try database.run(
            """
            INSERT INTO launch.owners (id, kind, pid, host, queues, lease_until)
                VALUES ('7-far', 'agent', 7, 'gpu-1', '["q"]', launch.clock() + 30000)
            """)
        let far = await storeError { _ = try await there.run { _, _, _ in } }
        #expect(far?.code == .refused && far?.message.contains("agent 7-far on gpu-1 (process 7)") == true)
    }

    @Test func `only an owner copies, and only to tables that are up to date`() async throws {
        try await fill(try Store(home: home, durability: .processEnd))
        let none = await storeError { _ = try await there.run { _, _, _ in } }
        #expect(none?.code == .notADatabase && none?.hint?.contains("launch store init") == true)
        try await makeServer()
        let agent = try database.addRole("trainer", in: "\(database.name)_agent")
        let copy = StoreCopy(from: .sqlite(home), to: .postgreSQL(server(as: agent)))
        let denied = await storeError { _ = try await copy.run { _, _, _ in } }
        #expect(denied?.code == .denied && denied?.message.contains("only an owner copies it") == true)
        try database.run("UPDATE launch.settings SET value = '1' WHERE name = 'version'")
        let old = await storeError { _ = try await there.run { _, _, _ in } }
        #expect(
            old?.code == .notADatabase
                && old?.message.contains("have version 1; this program needs version \(PostgreSQLSchema.version)")
                    == true
        )
        #expect(try rowsOnServer() == "0")
    }

    @Test func `a copy whose connection ends leaves the destination empty, and can be repeated`() async throws {
        try await fill(try Store(home: home, durability: .processEnd))
        try await makeServer()
        let database = database
        let isCut = Mutex(false)
        let error = await storeError {
            _ = try await there.run { step, _, _ in
                guard step == .comparing,
                    isCut.withLock({
                        let was = $0; $0 = true; return !was
                    })
                else { return }
                _ = try? database.run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
            }
        }
        #expect(error?.isAway == true, "\(error as Any)")
        #expect(try rowsOnServer() == "0")
        #expect(try await there.run { _, _, _ in }.runs > 0)
    }

    @Test func `U+0000 becomes U+FFFD on a server, and columns of the server alone are named`() async throws {
        let store = try Store(home: home, durability: .processEnd)
        try await store.database.write { connection throws(StoreError) in
            try connection.run(
                "INSERT INTO events (run_id, at, state, message) VALUES ('x', 1, 'queued', ?)", [.text("a\0b")])
        }
        try await makeServer()
        #expect(try await there.run { _, _, _ in }.replaced == 1)
        #expect(try database.run("SELECT message FROM launch.events") == ["a\u{FFFD}b"])
        try database.run("INSERT INTO launch.jobs (name, last_version, author) VALUES ('mine', 1, 'ada')")
        let summary = try await StoreCopy(from: .postgreSQL(server()), to: .sqlite(back)).run { _, _, _ in }
        #expect(summary.notCopied == ["jobs.author"])
    }

    @Test func `each table is copied, or belongs to one store alone`() async throws {
        try await makeServer()
        _ = try Store(home: home, durability: .processEnd)
        let known = Set(CopiedTable.all.map(\.name)).union(CopiedTable.others)
        let shared = try database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'launch'")
        let own = try SQLiteConnection.ready(path: home.database).rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ) { row throws(StoreError) in try row.text("name") }
        #expect(Set(shared).subtracting(known) == [])
        #expect(Set(own).subtracting(known) == [])
        #expect(known.subtracting(shared) == [])
    }
}
