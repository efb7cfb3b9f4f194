import TestSupport
import Testing

@testable import LaunchStore

/// Attempts of a submitter and of a viewer to read or change what is not theirs, with plain SQL and with the functions.
@Suite("overreach on PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct PostgreSQLOverreachTests {
    /// Statements of one session, and what the server says to one of them.
    private struct Attempt {
        var statements: [String]
        var refusal: String

        init(_ statements: String..., refusal: String) {
            (self.statements, self.refusal) = (statements, refusal)
        }
    }

    private let team: TeamDatabase

    init() throws {
        team = try TeamDatabase()
        // A run of each, a job of Bob, an agent with a run.
        try team.run(TeamDatabase.submit("mine", TeamDatabase.spec(author: team.ada)), as: team.ada)
        try team.run(TeamDatabase.submit("his", TeamDatabase.spec(author: team.bob, queue: "other")), as: team.bob)
        try team.run(#"SELECT launch.create_job_version('job', '{"image": "x"}')"#, as: team.bob)
        try team.run(
            """
            INSERT INTO launch.owners (id, kind, pid, host, queues, lease_until)
            VALUES ('7-a', 'agent', 7, 'gpu', '[]', 9000000000000)
            """)
    }

    /// Every attempt is refused with its message, and changes nothing.
    private func refuse(_ attempts: [Attempt], as users: String...) throws {
        let before = try team.contents()
        for user in users {
            let session = try PostgresSession(team.database, as: user)
            for attempt in attempts {
                let refusal = try TeamDatabase.refusal(attempt.statements, session)
                try session.run("ROLLBACK; RESET ALL; RESET ROLE")
                #expect(
                    refusal?.contains(attempt.refusal) == true, "\(user): \(attempt.statements): \(refusal ?? "done")")
            }
        }
        #expect(try team.contents() == before)
    }

    private static let tables = [
        "settings", "queues", "jobs", "job_versions", "job_aliases", "runs", "events", "run_counts", "owners",
    ]

    @Test func `no table can be read, written or locked`() throws {
        let attempts = Self.tables.flatMap { table in
            let refusal = "ERROR:  42501: permission denied for table \(table)"
            let whole = "launch.\(table)"
            return [
                Attempt("SELECT count(*) FROM \(whole)", refusal: refusal),
                Attempt("INSERT INTO \(whole) DEFAULT VALUES", refusal: refusal),
                Attempt("DELETE FROM \(whole)", refusal: refusal),
                Attempt("TRUNCATE \(whole)", refusal: refusal),
                Attempt("COPY \(whole) TO STDOUT", refusal: refusal),
                Attempt("COPY \(whole) FROM STDIN", refusal: refusal),
                Attempt("BEGIN", "LOCK TABLE \(whole) IN ACCESS SHARE MODE", refusal: refusal),
                Attempt("ALTER TABLE \(whole) DISABLE TRIGGER ALL", refusal: "must be owner of table \(table)"),
                Attempt("DROP TABLE \(whole) CASCADE", refusal: "must be owner of table \(table)"),
                Attempt("CREATE INDEX ON \(whole) ((1))", refusal: "must be owner of table \(table)"),
                Attempt(
                    "CREATE TRIGGER t BEFORE INSERT ON \(whole) EXECUTE FUNCTION launch.wake()", refusal: refusal),
                Attempt("GRANT ALL ON \(whole) TO PUBLIC", refusal: refusal),
                Attempt("DELETE FROM launch_read.\(table)", refusal: "permission denied for view \(table)"),
                Attempt(
                    "SELECT 1 FROM launch_read.\(table) FOR UPDATE", refusal: "permission denied for view \(table)"),
                Attempt(
                    "BEGIN", "LOCK TABLE launch_read.\(table) IN SHARE MODE",
                    refusal: "permission denied for view \(table)"),
            ]
        }
        try refuse(attempts, as: team.ada, team.vic)
    }

    @Test func `no column of a run, a queue or an event can be written`() throws {
        try refuse(
            [
                Attempt("UPDATE launch.runs SET author = 'x' WHERE id = 'mine'", refusal: "42501"),
                Attempt("UPDATE launch_read.runs SET author = 'x' WHERE id = 'mine'", refusal: "42501"),
                Attempt("UPDATE launch_read.runs SET priority = 0 WHERE id = 'mine'", refusal: "42501"),
                Attempt("UPDATE launch_read.runs SET state = 'stopped' WHERE id = 'his'", refusal: "42501"),
                Attempt("UPDATE launch_read.queues SET paused = 1", refusal: "42501"),
                Attempt("UPDATE launch_read.events SET message = 'x'", refusal: "0A000: cannot update column"),
                Attempt("UPDATE launch_read.events SET at = 1", refusal: "42501"),
                Attempt("UPDATE launch_read.owners SET lease_until = 0", refusal: "42501"),
                Attempt(
                    "INSERT INTO launch_read.events (run_id, at, state) VALUES ('mine', 1, 'failed')",
                    refusal: "42501"),
                Attempt("CREATE RULE r AS ON SELECT TO launch_read.runs DO INSTEAD NOTHING", refusal: "must be owner"),
                Attempt("ALTER VIEW launch_read.runs OWNER TO CURRENT_USER", refusal: "must be owner"),
            ], as: team.ada, team.vic)
    }

    @Test func `a submit sets nothing that is not the submitter's`() throws {
        let (ada, bob) = (team.ada, team.bob)
        func submit(_ spec: String, id: String = "new", refusal: String) -> Attempt {
            Attempt(TeamDatabase.submit(id, spec), refusal: refusal)
        }
        let spec = TeamDatabase.spec
        try refuse(
            [
                submit(spec(bob, "open", "low", "mock", "p", ""), refusal: "LA001: The spec names the author '\(bob)'"),
                submit(
                    spec(ada, "open", "critical", "mock", "p", ""),
                    refusal: "LA001: The queue 'open' takes priorities up to 'high' from '\(ada)'."),
                submit(spec(ada, "open", "urgent", "mock", "p", ""), refusal: "LA003: 'urgent' is not a priority."),
                submit(spec(ada, "none", "low", "mock", "p", ""), refusal: "LA002: The queue 'none' does not exist."),
                submit(
                    spec(ada, "slurm", "low", "mock", "p", ""),
                    refusal: "LA003: The spec is for 'mock', and the queue 'slurm' is for 'slurm'."),
                submit(
                    spec(ada, "open", "low", "mock", "p", #","author":"\#(bob)""#),
                    refusal: "LA003: The spec has two members with the same name."),
                submit(
                    spec(ada, "open", "low", "mock", "p", #","\u0071ueue":"other""#),
                    refusal: "LA003: The spec has two members with the same name."),
                submit(spec(ada, "open", "low", "mock", "../etc", ""), refusal: "LA003: The project"),
                submit(spec(ada, "open", "low", "mock", #"a\u001b[2J"#, ""), refusal: "LA003: The project"),
                submit(
                    spec(ada, "open", "low", "mock", String(repeating: "p", count: 129), ""),
                    refusal: "LA003: The project"),
                submit(
                    spec(ada, "open", "low", "mock", #"a\u0000b"#, ""), refusal: "LA003: The spec is not a JSON object."
                ),
                submit("[1]", refusal: "LA003: The spec is not a JSON object."),
                submit("{", refusal: "LA003: The spec is not a JSON object."),
                Attempt(
                    "SELECT launch.submit('new', repeat('[', 100000))", refusal: "LA003: The spec is not a JSON object."
                ),
                Attempt(
                    #"SELECT launch.submit('new', '{"author":"' || repeat('x', 2000000) || '"}')"#,
                    refusal: "LA003: The spec has 2000013 bytes; at most 1048576 are stored."),
                Attempt("SELECT launch.submit('new', NULL)", refusal: "LA003: The spec is missing."),
                submit(spec(ada, "open", "low", "mock", "p", ""), id: "mine", refusal: "LA004: There is a run 'mine'"),
                submit(spec(ada, "open", "low", "mock", "p", ""), id: "his", refusal: "LA004: There is a run 'his'"),
                submit(spec(ada, "open", "low", "mock", "p", ""), id: "No", refusal: "LA003: 'No' is not a run ID."),
                submit(spec(ada, "open", "low", "mock", "p", ""), id: "-a", refusal: "LA003: '-a' is not a run ID."),
                submit(
                    spec(ada, "open", "low", "mock", "p", ""), id: String(repeating: "a", count: 33),
                    refusal: "is not a run ID."),
                Attempt("SELECT launch.submit(NULL, '{}')", refusal: "is not a run ID."),
                Attempt("INSERT INTO launch_read.runs (id) VALUES ('new')", refusal: "42501"),
            ], as: ada)
    }

    @Test func `a submitter has as many waiting runs as the queue takes`() throws {
        let spec = TeamDatabase.spec(author: team.ada)
        for id in ["m2", "m3"] { try team.run(TeamDatabase.submit(id, spec), as: team.ada) }
        let other = TeamDatabase.spec(author: team.ada, queue: "other")
        try team.run(TeamDatabase.submit("o1", other), as: team.ada)
        let refusal = "LA006: '\(team.ada)' has 3 runs waiting in the queue 'open', as many as it takes."
        try refuse(
            [
                Attempt(TeamDatabase.submit("m4", spec), refusal: refusal),
                Attempt("SELECT launch.move_run('o1', 'open')", refusal: refusal),
            ], as: team.ada)
    }

    @Test func `runs, queues and jobs of others do not change`() throws {
        let (ada, bob) = (team.ada, team.bob)
        try refuse(
            [
                Attempt(
                    "SELECT launch.request_stop('his')",
                    refusal: "LA001: The run 'his' is that of '\(bob)'; '\(ada)' may not stop it."),
                Attempt(
                    "SELECT launch.set_priority('his', 'low')", refusal: "LA001: The run 'his' is that of '\(bob)'"),
                Attempt("SELECT launch.move_run('his', 'open')", refusal: "LA001: The run 'his' is that of '\(bob)'"),
                Attempt("SELECT launch.request_stop('none')", refusal: "LA002: The run 'none' does not exist."),
                Attempt("SELECT launch.request_stop(NULL)", refusal: "LA002: The run"),
                Attempt("SELECT launch.request_stop('mine', -1)", refusal: "LA003: The grace period"),
                Attempt(
                    "SELECT launch.request_stop('mine', 9223372036854775807)", refusal: "LA003: The grace period"),
                Attempt("SELECT launch.set_priority('mine', 'critical')", refusal: "LA001: The queue 'open' takes"),
                Attempt("SELECT launch.set_priority('mine', NULL)", refusal: "is not a priority."),
                Attempt("SELECT launch.move_run('mine', 'slurm')", refusal: "LA006: The run 'mine' is for 'mock'"),
                Attempt("SELECT launch.move_run('mine', 'none')", refusal: "LA002: The queue 'none' does not exist."),
                Attempt("SELECT launch.set_paused('open', true)", refusal: "LA001: The queue 'open' is not that of"),
                Attempt("SELECT launch.set_paused('other', true)", refusal: "LA001: The queue 'other' is not that of"),
                Attempt(
                    """
                    SELECT launch.edit_queue('open', NULL, NULL, '{}', '[]', NULL, NULL, NULL, '["\(ada)"]', NULL)
                    """, refusal: "LA001: The queue 'open' is not that of"),
                Attempt(
                    #"SELECT launch.create_job_version('job', '{"image": "evil"}')"#,
                    refusal: "LA001: The job 'job' is not that of '\(ada)'."),
                Attempt("SELECT launch.delete_job('job')", refusal: "LA001: The job 'job' is not that of '\(ada)'."),
                Attempt(
                    #"SELECT launch.create_job_version('new', '{}', '["latest"]')"#,
                    refusal: "LA003: 'latest' cannot be an alias"),
                Attempt(
                    "SELECT launch.create_job_version('../x', '{}')",
                    refusal: "LA003: '../x' cannot be the name of a job."),
            ], as: ada)
        // Bob owns the queue 'open', and no other.
        try refuse(
            [
                Attempt("SELECT launch.set_paused('other', true)", refusal: "LA001: The queue 'other' is not that of"),
                Attempt(
                    "SELECT launch.edit_queue('open', NULL, NULL, '{', '[]', NULL, NULL, NULL, NULL, NULL)",
                    refusal: "LA003: The template is not a JSON object."),
                Attempt(
                    """
                    SELECT launch.edit_queue('open', repeat('x', 2000000), NULL, '{}', '[]', NULL, NULL, NULL, NULL,
                        NULL)
                    """,
                    refusal: "LA003: The file of the queue has more than 1 MiB."),
            ], as: bob)
    }

    @Test func `a viewer changes nothing`() throws {
        let functions = [
            "submit('new', '{}')", "request_stop('mine')", "set_priority('mine', 'low')", "move_run('mine', 'other')",
            "set_paused('open', true)", "create_job_version('j', '{}')", "delete_job('job')",
            "edit_queue('open', NULL, NULL, '{}', '[]', NULL, NULL, NULL, NULL, NULL)",
        ]
        try refuse(
            functions.map { Attempt("SELECT launch.\($0)", refusal: "permission denied for function") }, as: team.vic)
    }

    @Test func `the functions between the others cannot be called`() throws {
        let functions = [
            "count_runs('q', 'queued', 5)", "add_event('mine', 'failed', NULL, 'x')", "refuse('LA001', 'x', 'y')",
            "own_run('his', 'x')", "waiting_run('his', 'x')", "point_alias('job', 'best', 1)", "known_queue('open')",
            "end_old_transactions(0)",
        ]
        try refuse(
            functions.map { Attempt("SELECT launch.\($0)", refusal: "permission denied for function") },
            as: team.ada, team.vic)
    }

    @Test func `the content of a run of another user does not show`() throws {
        let secret = "secret of \(team.bob)"
        for (name, statement) in [
            ("a view", "SELECT * FROM launch_read.runs WHERE id = 'his'"),
            ("a condition", "SELECT id FROM launch_read.runs WHERE spec LIKE '%secret%' AND id = 'his'"),
            (
                "a function in a condition",
                """
                CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
                    'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END';
                SELECT id FROM launch_read.runs WHERE pg_temp.leak(spec);
                SELECT message FROM launch_read.events WHERE pg_temp.leak(message) AND run_id = 'his'
                """
            ),
            ("an error", "SELECT spec::int FROM launch_read.runs WHERE id = 'his'"),
            ("a plan", "EXPLAIN (ANALYZE, VERBOSE) SELECT spec FROM launch_read.runs WHERE id = 'his'"),
            ("statistics", "SELECT * FROM pg_stats WHERE schemaname = 'launch'"),
            ("a file", "SELECT file_text FROM launch_read.queues"),
            ("the whole row", "SELECT r::text FROM launch_read.runs r WHERE id = 'his'"),
            ("the statements of others", "SELECT query FROM pg_stat_activity WHERE query LIKE '%secret of%'"),
        ] {
            try team.run("ANALYZE")
            let lines = try PostgresSession(team.database, as: team.ada).run(statement)
            #expect(!lines.contains { $0.contains(secret) || $0.contains("secret of o") }, "\(name): \(lines)")
        }
        // The same statements show what is the submitter's.
        let own = try team.run("SELECT spec FROM launch_read.runs WHERE id = 'mine'", as: team.ada)
        #expect(own.first?.contains("secret of \(team.ada)") == true)
    }

    @Test func `no user gets the rights of another`() throws {
        let (owner, agent) = (team.roles.name(.owner), team.roles.name(.agent))
        try refuse(
            [
                Attempt("SET ROLE \(owner)", refusal: "permission denied to set role"),
                Attempt("SET ROLE \(agent)", refusal: "permission denied to set role"),
                Attempt("SET SESSION AUTHORIZATION \(team.bob)", refusal: "permission denied to set session"),
                Attempt("SET session_replication_role = replica", refusal: "permission denied to set parameter"),
                Attempt("GRANT \(agent) TO \(team.ada)", refusal: "42501"),
                Attempt("ALTER ROLE \(team.ada) SUPERUSER", refusal: "42501"),
                Attempt("ALTER ROLE \(team.ada) CREATEROLE", refusal: "permission denied"),
                Attempt("ALTER ROLE \(team.bob) PASSWORD 'x'", refusal: "permission denied"),
                Attempt("CREATE ROLE \(team.database.name)_x", refusal: "permission denied to create role"),
                Attempt("DROP ROLE \(team.bob)", refusal: "permission denied to drop role"),
                Attempt(
                    "CREATE OR REPLACE FUNCTION launch.is_trusted() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
                    refusal: "permission denied for schema launch"),
                Attempt(
                    "ALTER FUNCTION launch.submit(text, text) SECURITY INVOKER", refusal: "must be owner of function"),
                Attempt("ALTER FUNCTION launch.submit(text, text) RESET search_path", refusal: "must be owner"),
                Attempt("DROP FUNCTION launch.submit(text, text)", refusal: "must be owner of function"),
                Attempt("CREATE TABLE launch.x (a int)", refusal: "permission denied for schema launch"),
                Attempt("CREATE TABLE launch_read.x (a int)", refusal: "permission denied for schema launch_read"),
                Attempt("CREATE TABLE public.x (a int)", refusal: "permission denied for schema public"),
                Attempt("CREATE SCHEMA x", refusal: "permission denied for database"),
                Attempt("DROP SCHEMA launch CASCADE", refusal: "must be owner of schema launch"),
                Attempt("CREATE EXTENSION dblink", refusal: "permission denied to create extension"),
                Attempt("CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION launch.wake()", refusal: "42501"),
                Attempt("SELECT setval('launch.runs_sequence_seq', 1)", refusal: "permission denied for sequence"),
                Attempt("SELECT nextval('launch.events_seq_seq')", refusal: "permission denied for sequence"),
                Attempt("SELECT pg_read_file('/etc/passwd')", refusal: "permission denied for function"),
                Attempt("SELECT pg_ls_dir('/')", refusal: "permission denied for function"),
                Attempt("SELECT lo_import('/etc/passwd')", refusal: "permission denied for function"),
                Attempt("COPY (SELECT 1) TO PROGRAM 'true'", refusal: "42501"),
                Attempt("COPY (SELECT 1) TO '/tmp/x'", refusal: "42501"),
                Attempt("ALTER SYSTEM SET fsync = off", refusal: "42501"),
                Attempt(
                    "ALTER DATABASE \(team.database.name) SET search_path = x", refusal: "must be owner of database"),
                Attempt("DROP DATABASE \(team.database.name)", refusal: "must be owner of database"),
                Attempt(PostgreSQLSchema.migrate([.init(sql: "")]), refusal: "permission denied for table settings"),
            ], as: team.ada, team.vic)
    }

    @Test func `a database user that is in no group reaches nothing`() throws {
        let eve = try team.database.addRole("eve")
        try refuse(
            [
                Attempt("SELECT * FROM launch_read.runs", refusal: "permission denied for schema launch_read"),
                Attempt("SELECT * FROM launch.runs", refusal: "permission denied for schema launch"),
                Attempt("SELECT launch.submit('a', '{}')", refusal: "permission denied for schema launch"),
                Attempt("SELECT launch.clock()", refusal: "permission denied for schema launch"),
            ], as: eve)
    }

    @Test func `a transaction cannot outlive its session`() throws {
        try refuse(
            [
                Attempt(
                    "BEGIN", "SELECT launch.request_stop('mine')", "PREPARE TRANSACTION 'p'",
                    refusal: "prepared transactions are disabled")
            ], as: team.ada)
    }

    @Test func `sessions of agents cannot be ended`() throws {
        let agent = try PostgresSession(team.database, as: team.gpu)
        let pid = try #require(agent.run("SELECT pg_backend_pid()").first)
        try refuse(
            [
                Attempt("SELECT pg_terminate_backend(\(pid))", refusal: "42501"),
                Attempt("SELECT pg_cancel_backend(\(pid))", refusal: "42501"),
            ], as: team.ada, team.vic)
        #expect(try agent.run("SELECT 1") == ["1"])
    }

    @Test func `temporary objects and the path of a session do not reach the functions`() throws {
        let session = try PostgresSession(team.database, as: team.ada)
        let prepared = try session.run(
            """
            CREATE TEMP TABLE settings (name text, value text);
            INSERT INTO settings VALUES ('roles', '\(team.database.name)_evil');
            CREATE TEMP TABLE queues AS SELECT * FROM launch_read.queues;
            UPDATE queues SET owners = '["\(team.ada)"]', limits = NULL;
            CREATE TEMP TABLE runs AS SELECT * FROM launch_read.runs;
            UPDATE runs SET author = '\(team.ada)';
            CREATE FUNCTION pg_temp.is_trusted() RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE FUNCTION pg_temp.clock() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
            CREATE FUNCTION pg_temp.differs(text, name) RETURNS boolean LANGUAGE sql AS 'SELECT false';
            CREATE OPERATOR pg_temp.<> (FUNCTION = pg_temp.differs, LEFTARG = text, RIGHTARG = name);
            SET search_path = pg_temp, launch, pg_catalog
            """)
        #expect(!prepared.contains { $0.contains("ERROR") }, "\(prepared)")
        let spec = TeamDatabase.spec
        for (statement, refusal) in [
            ("SELECT launch.is_trusted()", "f"),
            ("SELECT launch.own_queues()", "{}"),
            ("SELECT launch.request_stop('his')", "LA001"),
            ("SELECT launch.set_paused('other', true)", "LA001"),
            (TeamDatabase.submit("new", spec(team.bob, "open", "low", "mock", "p", "")), "LA001"),
            (TeamDatabase.submit("new", spec(team.ada, "open", "critical", "mock", "p", "")), "LA001"),
        ] {
            let lines = try session.run(statement)
            #expect(lines.first?.contains(refusal) == true, "\(statement): \(lines)")
        }
        #expect(
            try session.run(TeamDatabase.submit("new", spec(team.ada, "open", "low", "mock", "p", ""))) == ["new"])
        #expect(
            try team.run(
                """
                SELECT author, launch.clock() - submitted_at BETWEEN 0 AND 60000 FROM launch.runs WHERE id = 'new'
                """) == ["\(team.ada)|t"])
        #expect(try team.run("SELECT count(*) FROM launch.events WHERE run_id = 'new'") == ["1"])
    }

    @Test func `what the server lets every user do hinders no agent`() throws {
        let held = try PostgresSession(team.database, as: team.ada)
        // The lock of the first migration, a lock on what the submitter reads, a snapshot, and notifications.
        let lines = try held.run(
            """
            SELECT pg_advisory_lock(1280197448);
            BEGIN ISOLATION LEVEL REPEATABLE READ;
            SELECT count(*) FROM launch_read.runs;
            LOCK TABLE launch_read.runs IN ACCESS SHARE MODE;
            SELECT launch.request_stop('mine', 5);
            NOTIFY launch, 'ready open';
            SELECT 'held'
            """)
        #expect(lines.last == "held" && !lines.contains { $0.contains("ERROR") }, "\(lines)")
        #expect(PostgreSQLSchema.migrate().contains("pg_advisory_xact_lock(1280197448)"))
        let agent = try PostgresSession(team.database, as: team.gpu)
        try agent.run("SET lock_timeout = '10s'; SET statement_timeout = '30s'")
        let claim = """
            UPDATE launch.runs SET state = 'claimed', owner = '7-a', claim_token = claim_token + 1 WHERE sequence = (
                SELECT sequence FROM launch.runs WHERE state = 'queued' AND queue IN ('open', 'other')
                ORDER BY priority, sequence LIMIT 1 FOR UPDATE SKIP LOCKED)
            """
        #expect(try agent.run("\(claim) RETURNING id") == ["his"])
        try team.run(PostgreSQLSchema.migrate())
        // Another user who may stop the run gets an error within seconds.
        let bob = try team.refusal(["SELECT launch.request_stop('mine')"], as: team.bob)
        #expect(bob?.contains("LA008: Another session has changed the run 'mine'") == true, "\(bob ?? "done")")
    }
}
