import Foundation
import TestSupport
import Testing

@Suite(
    "A store that moves to a server", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"),
    .timeLimit(.minutes(30)))
struct TeamCopyTests {
    private struct Machine: ProgramHome {
        let folder: TemporaryDirectory
        let variables: [String: String]

        init(_ database: PostgresDatabase) throws {
            folder = try TemporaryDirectory()
            variables = [
                "HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "TMPDIR": folder.path,
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            ].merging(database.environment) { $1 }
            try folder.write("shared.yaml", "store: {type: postgres}\n")
            try folder.write("source/Dockerfile", "FROM busybox\n")
        }
    }

    @Test func `runs, jobs and their sources move from one machine to a server`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let machine = try Machine(database)
        let shared = ["-c", machine.folder.file("shared.yaml")]
        try await machine.succeeding("queue", "create", "q", "--resource", "mock")
        try await machine.succeeding("job", "create", "code", machine.folder.file("source"), "--name", "train")
        let id = try await machine.succeeding("submit", "-q", "q", "--image", "busybox:1").word
        let copy = ["store", "copy", "--from", "sqlite", "--to", "postgres"]

        #expect(try await machine.launch(copy).code == 78)
        let missing = try await machine.launch(copy + shared)
        #expect(missing.code == 78 && missing.errors.contains("launch store init"), "\(missing)")
        try await machine.succeeding(["store", "init", "--prefix", database.name] + shared)
        let copied = try await machine.succeeding(copy + shared)
        #expect(copied.errors.contains("Copied 1 queue, 1 version of jobs, 1 run and 1 event."), "\(copied)")
        let facts = try await machine.succeeding(["status", id, "--json"] + shared)
        #expect(facts.output.contains("queued"), "\(facts)")
        #expect(try database.run("SELECT count(*) FROM launch.sources") == ["1"])
        let again = try await machine.launch(copy + shared)
        #expect(again.code == 65 && again.errors.contains("is not empty"), "\(again)")
    }

    @Test func `an owner removes old runs from a server, and an agent does not`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let machine = try Machine(database)
        let shared = ["-c", machine.folder.file("shared.yaml")]
        try await machine.succeeding(["store", "init", "--prefix", database.name] + shared)
        try await machine.succeeding(["queue", "create", "q", "--resource", "mock"] + shared)
        try database.run(
            """
            INSERT INTO launch.runs (id, queue, resource, name, project, author, priority, state, spec, submitted_at, ended_at)
            SELECT 'run' || (10000 + n), 'q', 'mock', 'n', 'p', 'ada', 2,
                (ARRAY['succeeded', 'failed', 'stopped', 'queued', 'running'])[1 + n % 5], '{}', 1,
                CASE WHEN n % 5 < 3 THEN launch.clock() - n * 86400000::bigint END FROM generate_series(1, 500) AS n
            """,
            "INSERT INTO launch.events (run_id, at, state) SELECT id, 1, 'queued' FROM launch.runs")
        let prune = ["store", "prune", "--older-than", "100d", "--json"]
        let trainer = try database.addRole("trainer", in: "\(database.name)_agent")
        let login = database.environment(of: trainer)
        let denied = try await machine.start(prune + shared, setting: login).end()
        #expect(denied.code == 77 && denied.errors.contains("only an owner removes runs"), "\(denied)")
        let archiving = try await machine.start(["prune", "--older-than", "100d"] + shared, setting: login).end()
        #expect(archiving.code == 77 && archiving.messages == 1, "\(archiving)")
        #expect(archiving.errors.contains("only an owner removes runs"), "\(archiving)")

        let plan = try await machine.succeeding(prune + ["--dry-run"] + shared)
        #expect(plan.errors.contains("241 runs would be removed"), "\(plan)")
        let result = try await machine.succeeding(prune + shared)
        #expect(result.errors.contains("241 runs removed"), "\(result)")
        #expect(
            try database.run("SELECT count(*) FROM launch.runs", "SELECT count(*) FROM launch.events") == [
                "259", "259",
            ])
        let counted = """
            SELECT state, sum(runs) FROM launch.run_counts GROUP BY 1 HAVING sum(runs) <> 0 ORDER BY 1
            """
        let found = "SELECT state, count(*) FROM launch.runs GROUP BY 1 ORDER BY 1"
        #expect(try database.run(counted) == database.run(found))
        #expect(try await machine.succeeding(prune + shared).errors.contains("0 runs removed"))
    }

    @Test func `a backup is written beside a store in use, and replaces no file`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let machine = try Machine(database)
        try await machine.succeeding("queue", "create", "q", "--resource", "mock")
        try await machine.succeeding("submit", "-q", "q", "--image", "busybox:1")
        let file = machine.folder.file("launch.db")
        let written = try await machine.succeeding("store", "backup", file)
        #expect(written.word == file && written.errors.contains("1 run, "), "\(written)")
        #expect(try await machine.launch("store", "backup", file).code == 65)
        let onServer = try await machine.launch("store", "backup", "x", "-c", machine.folder.file("shared.yaml"))
        #expect(onServer.code == 65 && onServer.errors.contains("umask 077; pg_dump --format=custom"), "\(onServer)")
    }
}
