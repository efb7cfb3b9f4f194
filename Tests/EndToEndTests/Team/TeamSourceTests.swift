import Foundation
import LaunchSubprocess
import TestSupport
import Testing

/// The program on two machines, which share a store on a real PostgreSQL server and nothing else.
@Suite("sources of a team on two machines", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct TeamSourceTests {
    /// The machine of one database user.
    private struct Machine: ProgramHome {
        let folder: TemporaryDirectory
        let variables: [String: String]

        init(_ database: PostgresDatabase, _ user: String?) throws {
            let folder = try TemporaryDirectory()
            self.folder = folder
            let config = try folder.write(
                "launch-config.yaml",
                """
                queues: [q]
                store: {type: postgres}
                environment: {type: mock}
                registry: {type: mock, folder: \(folder.file("mock"))}
                builder: {type: mock, folder: \(folder.file("mock"))}
                """)
            var variables = database.environment(of: user)
            variables["LAUNCH_HOME"] = folder.file("home")
            variables["HOME"] = folder.path
            variables["XDG_CONFIG_HOME"] = folder.path
            variables["TMPDIR"] = folder.path
            variables["LAUNCH_CONFIG"] = config
            self.variables = variables
        }
    }

    private struct Team {
        /// Exists as long as this value.
        let database: PostgresDatabase
        let laptop: Machine
        let agent: Machine

        init() async throws {
            database = try PostgresDatabase(on: PostgresServer.shared.get())
            let owner = try Machine(database, nil)
            try await owner.succeeding("store", "init", "--prefix", database.name)
            for (user, role) in [("ada", "submitter"), ("gpu", "agent")] {
                try await owner.succeeding("store", "grant", role, try database.addRole(user))
            }
            try await owner.succeeding("queue", "create", "q", "--resource", "mock")
            laptop = try Machine(database, "\(database.name)_ada")
            agent = try Machine(database, "\(database.name)_gpu")
        }
    }

    @Test func `a folder that is submitted on one machine is built and run on the other`() async throws {
        let team = try await Team()
        try team.laptop.folder.write("Dockerfile", "FROM scratch\nCOPY . /app\n")
        try team.laptop.folder.write("train.py", "print('hello')\n")
        let id = try await team.laptop.succeeding(
            "submit", "-q", "q", "--source", team.laptop.folder.path, "--set", "run_for=0s"
        ).word
        let answer = try await team.agent.succeeding("agent", "--drain")
        let facts = try await team.laptop.facts(of: id)
        #expect(facts.state == "succeeded", "\(facts.cause?.message ?? "-") \(answer.errors)")
        #expect(facts.imageDecision?.hasPrefix("source; built as") == true)
    }
}
