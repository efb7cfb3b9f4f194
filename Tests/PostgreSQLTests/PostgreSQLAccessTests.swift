import TestSupport
import Testing

@testable import LaunchStore

/// What submitters, viewers and owners of a queue may do.
@Suite("access to a PostgreSQL store", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct PostgreSQLAccessTests {
    private let team: TeamDatabase

    init() throws {
        team = try TeamDatabase()
    }

    private func submit(_ id: String, as user: String, queue: String = "open", priority: String = "medium") throws {
        let spec = TeamDatabase.spec(author: user, queue: queue, priority: priority)
        #expect(try team.run(TeamDatabase.submit(id, spec), as: user) == [id])
    }

    private func run(_ id: String, _ columns: String) throws -> String? {
        try team.run("SELECT \(columns) FROM launch.runs WHERE id = '\(id)'").first
    }

    @Test func `a submitted run has what its spec says, and the server sets the rest`() throws {
        let spec = TeamDatabase.spec(
            author: team.ada, priority: "high", project: "Proj_1 é", extra: #","name":"nightly","state":"running""#)
        _ = try team.run(TeamDatabase.submit("r-1", spec), as: team.ada)
        #expect(
            try run("r-1", "queue, resource, name, project, author, priority, state, claim_token, attempts, owner")
                == "open|mock|nightly|Proj_1 é|\(team.ada)|1|queued|0|0|")
        #expect(try run("r-1", "spec") == spec)
        #expect(try run("r-1", "launch.clock() - submitted_at BETWEEN 0 AND 60000") == "t")
        #expect(
            try team.run("SELECT run_id, state, message FROM launch.events") == [
                "r-1|queued|submitted by \(team.ada)"
            ])
    }

    @Test func `a reader sees that each run exists, and the content of those that are his`() throws {
        try submit("a", as: team.ada)
        try submit("b", as: team.ada, queue: "other")
        try submit("c", as: team.bob, queue: "other")
        let shown = "SELECT id FROM launch_read.runs WHERE spec IS NOT NULL ORDER BY id"
        let told = "SELECT run_id FROM launch_read.events WHERE message IS NOT NULL ORDER BY 1"
        // Bob owns the queue 'open'.
        for (user, runs) in [(team.ada, ["a", "b"]), (team.bob, ["a", "c"]), (team.vic, ["a", "b", "c"])] {
            #expect(try team.run("SELECT id, author, state FROM launch_read.runs", as: user).count == 3)
            #expect(try team.run(shown, as: user) == runs)
            #expect(try team.run(told, as: user) == runs)
        }
        let files = "SELECT name FROM launch_read.queues WHERE file_text IS NOT NULL ORDER BY 1"
        #expect(try team.run(files, as: team.ada) == [])
        #expect(try team.run(files, as: team.bob) == ["open"])
        #expect(try team.run(files, as: team.vic) == ["open", "other", "slurm"])
    }

    @Test func `the views have the columns of the tables, in any order`() throws {
        let columns = """
            SELECT table_name, count(*), md5(string_agg(column_name, ' ' ORDER BY column_name))
            FROM information_schema.columns WHERE table_schema = '%'
                -- Sources and deliveries of hooks have no view: only agents read them.
                AND table_name NOT IN ('pieces', 'sources', 'source_pieces', 'piece_usage', 'objects', 'source_objects',
                    'text_usage', 'hook_cursors', 'hook_deliveries', 'hook_costs', 'hook_spending') GROUP BY 1 ORDER BY 1
            """
        let tables = try team.run(columns.replacing("%", with: "launch"))
        #expect(try team.run(columns.replacing("%", with: "launch_read")) == tables)
        #expect(tables.count == 13)
    }

    @Test func `every user of the store reads its version, and only owners of the store change it`() throws {
        let (version, prefix) = (PostgreSQLSchema.version, team.roles.prefix)
        let needed = (PostgreSQLSchema.migrations.lastIndex { $0.stopsOlderPrograms } ?? -1) + 1
        for user in [team.ada, team.vic, team.gpu, nil] {
            #expect(try team.run(PostgreSQLSchema.versions, as: user) == ["\(version)|\(needed)|\(prefix)"])
        }
        // An agent may ask for what is there already.
        try team.run(PostgreSQLSchema.migrate(), as: team.gpu)
        let newer = PostgreSQLSchema.migrations + [.init(sql: "SELECT 1")]
        let refusal = try team.refusal([PostgreSQLSchema.migrate(newer)], as: team.gpu)
        #expect(refusal?.contains("42501: permission denied for table settings") == true, "\(refusal ?? "done")")
    }

    @Test func `the author and an owner of the queue stop a run`() throws {
        for id in ["a", "b", "c"] { try submit(id, as: team.ada) }
        #expect(try team.run("SELECT launch.request_stop('a')", as: team.ada) == ["stopped"])
        #expect(try team.run("SELECT launch.request_stop('a')", as: team.ada) == ["alreadyEnded"])
        #expect(try run("a", "state, stop_requested_by, ended_at IS NOT NULL") == "stopped|\(team.ada)|t")
        #expect(
            try run("a", "cause") == #"{"code":"user-stop","message":"Stopped while it waited in the queue, as "#
                + #"\#(team.ada) asked."}"#)
        try team.run("UPDATE launch.runs SET state = 'running', owner = 'o', cause = 'x' WHERE id = 'b'")
        #expect(try team.run("SELECT launch.request_stop('b', 60)", as: team.bob) == ["requested"])
        #expect(try team.run("SELECT launch.request_stop('b', 20)", as: team.ada) == ["alreadyRequested"])
        #expect(try team.run("SELECT launch.request_stop('b', 40)", as: team.ada) == ["alreadyRequested"])
        #expect(try team.run("SELECT launch.request_stop('b')", as: team.gpu) == ["alreadyRequested"])
        #expect(try run("b", "state, cause, stop_requested_by, stop_grace") == "running|x|\(team.bob)|20")
        #expect(
            try team.run("SELECT state, message FROM launch.events WHERE run_id = 'b' ORDER BY seq") == [
                "queued|submitted by \(team.ada)", "running|stop requested, grace 60 s",
            ])
    }

    @Test func `a run that waits gets another priority, and moves to another queue`() throws {
        try submit("a", as: team.ada)
        try team.run("SELECT launch.set_priority('a', 'low')", as: team.ada)
        #expect(try run("a", "priority") == "3")
        // An owner of the queue is above its limit.
        try team.run("SELECT launch.set_priority('a', 'critical')", as: team.bob)
        #expect(try run("a", "priority") == "0")
        try team.run("UPDATE launch.runs SET resolved = '{}', image = '{}', request = '{}' WHERE id = 'a'")
        try team.run("SELECT launch.move_run('a', 'other')", as: team.ada)
        #expect(try run("a", "queue, coalesce(resolved, image, request, 'none')") == "other|none")
        #expect(
            try team.run("SELECT message FROM launch.events WHERE run_id = 'a' ORDER BY seq").dropFirst() == [
                "priority low, set by \(team.ada)", "priority critical, set by \(team.bob)",
                "moved from queue open to other by \(team.ada)",
            ])
        // An agent refuses a row that contradicts its spec.
        #expect(try run("a", "spec") == TeamDatabase.spec(author: team.ada, queue: "other", priority: "critical"))
    }

    @Test func `a change of a spec keeps the text of its other members`() throws {
        let members = #""a":1.0,"b":1e400,"c":[1,  2],"d":{"queue":"x"},"queue":"old","e\"é":"""#
        let old = "{\(members)}"
        #expect(
            try team.run("SELECT launch.spec_with('\(old)', 'queue', 'a\"b')") == [
                old.replacing(#""queue":"old""#, with: #""queue":"a\"b""#)
            ])
    }

    @Test func `an owner of a queue pauses and edits it`() throws {
        try team.run("SELECT launch.set_paused('open', true)", as: team.bob)
        #expect(
            try team.run("SELECT paused, paused_by, paused_at > 0 FROM launch.queues WHERE name = 'open'")
                == ["1|\(team.bob)|t"])
        try team.run(
            """
            SELECT launch.edit_queue('open', 'text', 'q.yaml', '{"a": 1}', '[]', NULL, '{}', NULL,
                '["\(team.bob)"]', '{"per_submitter": 2}')
            """, as: team.bob)
        #expect(
            try team.run("SELECT file_text, template, limits, resource, paused FROM launch.queues WHERE name = 'open'")
                == [#"text|{"a": 1}|{"per_submitter": 2}|mock|1"#])
    }

    @Test func `a job belongs to the user that made it`() throws {
        let source = #"{"image": "x"}"#
        func add(_ arguments: String) throws -> [String] {
            try team.run("SELECT launch.create_job_version('j', '\(source)'\(arguments))", as: team.ada)
        }
        #expect(try add(#", '["best"]', 'p'"#) == ["1"])
        #expect(try add("") == ["2"])
        #expect(try add(", number => 7") == ["7"])
        #expect(try team.run("SELECT version, project FROM launch.job_versions ORDER BY 1") == ["1|p", "2|p", "7|p"])
        let aliases = "SELECT alias, version FROM launch_read.job_aliases ORDER BY 1"
        #expect(try team.run(aliases, as: team.bob) == ["best|1", "latest|7"])
        #expect(try team.run("SELECT launch.delete_job('j', 7)", as: team.ada) == ["1"])
        #expect(try team.run(aliases, as: team.bob) == ["best|1", "latest|2"])
        #expect(try team.run("SELECT launch.delete_job('j')", as: team.ada) == ["2"])
        #expect(try team.run("SELECT count(*) FROM launch.jobs") == ["0"])
    }

    @Test func `a transaction that a submitter leaves open delays no claim, and an agent ends it`() throws {
        for id in ["a", "b"] { try submit(id, as: team.ada) }
        let holder = try PostgresSession(team.database, as: team.ada)
        #expect(try holder.run("BEGIN; SELECT launch.set_priority('a', 'high'); SELECT 'held'").last == "held")
        let agent = try PostgresSession(team.database, as: team.gpu)
        let ready = """
            SELECT id FROM launch.runs WHERE state = 'queued' AND queue = 'open'
            ORDER BY priority, sequence LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        try agent.run("SET lock_timeout = '100ms'")
        #expect(try agent.run(ready) == ["b"])
        let write = "UPDATE launch.runs SET name = 'n' WHERE id = 'a' RETURNING id"
        #expect(try agent.run(write).contains { $0.contains("55P03") })
        // Only old transactions, and only those of submitters and viewers.
        let admin = try PostgresSession(team.database)
        try admin.run("BEGIN; SELECT 1")
        #expect(try agent.run("SELECT count(*) FROM launch.end_old_transactions(3600)") == ["0"])
        #expect(try holder.run("SELECT 'alive'") == ["alive"])
        let ended = try agent.run("SELECT role FROM launch.end_old_transactions(0)")
        #expect(ended == [team.ada])
        #expect(try admin.run("SELECT 'alive'") == ["alive"])
        try agent.run("SET lock_timeout = '60s'")
        #expect(try agent.run(write) == ["a"])
        #expect(try run("a", "priority") == "2")
    }
}
