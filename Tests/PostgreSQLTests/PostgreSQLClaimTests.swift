import Foundation
import TestSupport
import Testing

@testable import LaunchStore

/// The statements with which agents claim, in several sessions at the same time.
@Suite("claims on PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct PostgreSQLClaimTests {
    private let database: PostgresDatabase

    init() throws {
        database = try PostgresDatabase(on: PostgresServer.shared.get())
        try database.run(
            PostgreSQLSchema.migrate(),
            """
            INSERT INTO launch.queues (name, resource, template, variables, created_at, updated_at)
            VALUES ('q', 'mock', '{}', '[]', 1, 1)
            """)
    }

    private func addRuns(_ count: Int, state: String = "queued", authors: Int = 1) throws {
        try database.run(
            """
            INSERT INTO launch.runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at)
            SELECT '\(state)' || n, 'q', 'mock', 'n', 'p', 'ada' || n % \(authors), n % 4, '\(state)', '{}', 1
            FROM generate_series(1, \(count)) AS n
            """)
    }

    private static let ready = """
        SELECT sequence FROM launch.runs
        WHERE state = 'queued' AND queue = 'q' AND stop_requested_at IS NULL
            AND (not_before IS NULL OR not_before <= launch.clock() OR requeued_at > launch.clock())
            AND EXISTS (SELECT 1 FROM launch.queues WHERE name = 'q' AND paused = 0)
        ORDER BY priority, sequence LIMIT 1 FOR UPDATE OF runs SKIP LOCKED
        """

    private static func claim(by owner: String) -> String {
        """
        UPDATE launch.runs SET state = 'claimed', owner = '\(owner)', claimed_at = launch.clock(),
            claim_token = claim_token + 1 WHERE sequence = (\(ready))
        """
    }

    private func counts() throws -> [String] {
        try database.run(
            "SELECT state, sum(runs) FROM launch.run_counts GROUP BY state HAVING sum(runs) <> 0 ORDER BY 1")
    }

    @Test func `eight claimers claim each of two thousand runs once`() throws {
        try addRuns(2_000)
        let claimers = try (1...8).map { number in (name: "o\(number)", session: try PostgresSession(database)) }
        for claimer in claimers {
            try claimer.session.send(
                """
                DO $$ DECLARE run text; BEGIN LOOP
                    \(Self.claim(by: claimer.name)) RETURNING id INTO run;
                    EXIT WHEN run IS NULL;
                    INSERT INTO launch.events (run_id, at, state, message)
                        VALUES (run, launch.clock(), 'claimed', '\(claimer.name)');
                    COMMIT;
                END LOOP; END $$
                """)
        }
        for claimer in claimers { #expect(try claimer.session.results() == []) }
        #expect(try database.run("SELECT count(*), count(DISTINCT run_id) FROM launch.events") == ["2000|2000"])
        let once = "SELECT count(*) FROM launch.runs WHERE state = 'claimed' AND claim_token = 1"
        #expect(try database.run(once) == ["2000"])
        // More than one of them had work, or the test shows nothing.
        #expect(try Int(database.run("SELECT count(DISTINCT owner) FROM launch.runs")[0]) ?? 0 > 1)
        #expect(try counts() == ["claimed|2000"])
    }

    @Test func `transactions that change the same numbers do not wait for each other`() throws {
        try addRuns(4)
        let sessions = try (1...4).map { _ in try PostgresSession(database) }
        // Each changes a run of the queue and stays open; a wait would never end.
        for (number, session) in sessions.enumerated() {
            let lines = try session.run(
                "SET lock_timeout = '20s'; BEGIN; \(Self.claim(by: "o\(number)")); SELECT 'claimed'")
            #expect(lines == ["claimed"])
        }
        for (number, session) in sessions.enumerated() {
            try session.run(number < 3 ? "COMMIT" : "ROLLBACK")
        }
        #expect(try counts() == ["claimed|3", "queued|1"])
        // The rows are used again.
        for number in 0..<20 {
            try database.run("UPDATE launch.runs SET state = 'failed', owner = 'o\(number)' WHERE id = 'queued1'")
            try database.run("UPDATE launch.runs SET state = 'claimed', owner = NULL WHERE id = 'queued1'")
        }
        #expect(try counts() == ["claimed|3", "queued|1"])
        let rows = try database.run(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM launch.run_counts GROUP BY state) AS s")
        #expect(try #require(Int(rows[0])) <= 4)
    }

    @Test func `the numbers follow every change of many runs`() throws {
        try addRuns(5_000)
        try addRuns(100, state: "failed")
        try database.run("UPDATE launch.runs SET state = 'stopped' WHERE sequence % 2 = 0 AND state = 'queued'")
        try database.run("UPDATE launch.runs SET queue = NULL WHERE state = 'failed'")
        try database.run("DELETE FROM launch.runs WHERE state = 'stopped' AND sequence <= 1000")
        let counted = "SELECT coalesce(queue, ''), state, count(*) FROM launch.runs GROUP BY 1, 2 ORDER BY 1, 2"
        let summed = """
            SELECT queue, state, sum(runs) FROM launch.run_counts GROUP BY 1, 2 HAVING sum(runs) <> 0 ORDER BY 1, 2
            """
        #expect(try database.run(summed) == database.run(counted))
        #expect(try database.run(counted).count == 3)
    }

    @Test func `a claim reads a few pages of the index with a hundred thousand waiting runs`() throws {
        try addRuns(100_000, authors: 5)
        let heads = PostgreSQLDialect(Store.headsStatement)
        #expect(heads.parameters == [0, 1, 2])
        for statistics in ["SELECT 1", "ANALYZE launch.runs"] {
            try database.run(statistics)
            let plan = try database.run(
                (["search_path = launch"] + PostgreSQLSchema.planner).map { "SET \($0)" }.joined(separator: "; "),
                "PREPARE heads (text, bigint, text) AS \(heads.text)",
                "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) EXECUTE heads ('q', launch.clock(), '[]')")
            let text = plan.joined(separator: "\n")
            #expect(text.contains("using runs_ready_of on runs"), "\(text)")
            #expect(!text.contains("Sort") && !text.contains("Seq Scan on runs"), "\(text)")
            // The first line is that of the whole statement.
            let buffers = try #require(plan.first { $0.contains("Buffers:") })
            let pages = buffers.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }.reduce(0, +)
            #expect(pages < 400, "\(text)")
        }
        // Lists read an index in their order.
        for statement in [
            "SELECT * FROM launch.runs WHERE queue = 'q' ORDER BY sequence DESC LIMIT 20",
            "SELECT * FROM launch.runs WHERE state = 'failed' ORDER BY sequence DESC LIMIT 20",
            "SELECT * FROM launch_read.runs ORDER BY sequence DESC LIMIT 20",
            """
            SELECT id FROM launch.runs WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND owner = 'o'
            """,
        ] {
            let plan = try database.run("EXPLAIN \(statement)").joined(separator: "\n")
            #expect(plan.contains(" using runs_") && !plan.contains("Sort") && !plan.contains("Seq Scan"), "\(plan)")
        }
    }

    @Test func `agents are notified of ready runs, stops and changes of queues, and of nothing else`() throws {
        let listener = try PostgresSession(database)
        try listener.run("LISTEN launch")
        func heard(_ change: String) throws -> [String] {
            try database.run(change)
            return try listener.run("SELECT 1").compactMap { line in
                line.firstRange(of: #/payload "([^"]*)"/#).map { String(line[$0].dropFirst(9).dropLast()) }
            }
        }
        try addRuns(2)
        let ready = try heard("UPDATE launch.runs SET priority = 3 WHERE id = 'queued1'")
        #expect(ready == ["ready q", "ready q"])
        #expect(try heard(Self.claim(by: "o")) == [])
        #expect(try heard("UPDATE launch.runs SET state = 'running' WHERE state = 'claimed'") == [])
        #expect(try heard("UPDATE launch.runs SET stop_requested_at = 1 WHERE state = 'running'") == ["stop o"])
        #expect(try heard("UPDATE launch.runs SET stop_requested_at = 1 WHERE state = 'running'") == [])
        #expect(try heard("UPDATE launch.runs SET state = 'stopped' WHERE state = 'running'") == [])
        #expect(try heard("UPDATE launch.queues SET paused = 1") == ["queue q"])
    }
}
