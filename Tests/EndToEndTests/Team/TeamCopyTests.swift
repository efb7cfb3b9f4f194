import Foundation
import TestSupport
import Testing

@Suite(
    "A store that moves to a server", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"),
    .timeLimit(.minutes(10)))
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
}
