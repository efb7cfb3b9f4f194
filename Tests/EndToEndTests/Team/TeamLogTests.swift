import EngineTestSupport
import Foundation
import Glibc
import TestSupport
import Testing

/// What runs on the container engine of one machine print, read on another machine without an engine.
@Suite("logs of a team on two machines", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct TeamLogTests {
    private struct Team {
        /// Exists as long as this value.
        let database: PostgresDatabase
        let laptop: TeamMachine
        let colleague: TeamMachine
        let host: TeamMachine
        /// A folder that the job can see.
        let shared: TemporaryDirectory

        init() async throws {
            _ = try await EngineFixture.imageID()
            database = try PostgresDatabase(on: PostgresServer.shared.get())
            let owner = try await TeamMachine.makeStore(in: database)
            shared = try TemporaryDirectory()
            let queue = try owner.folder.write(
                "queue.yaml", "network: none\nvolumes: [\"\(shared.path):/shared\"]\n")
            try await owner.succeeding("queue", "create", "q", "--resource", "local-docker", "--config", queue)
            let noEngine = ["DOCKER_HOST": "unix:///none.sock"]
            laptop = try TeamMachine(database, "\(database.name)_ada", setting: noEngine)
            colleague = try TeamMachine(database, "\(database.name)_bob", setting: noEngine)
            host = try TeamMachine(database, "\(database.name)_gpu")
        }

        func submit(_ script: String) async throws -> String {
            try await laptop.succeeding(
                "submit", "-q", "q", "--image", EngineFixture.imageName, "-E", "/bin/sh -c", "--", script
            ).word
        }
    }

    @Test(.needsEngine)
    func `a log is followed on another machine, also over the end of an agent, and stays there`() async throws {
        let team = try await Team()
        let id = try await team.submit(
            "echo first; until [ -e /shared/a ]; do sleep 0.1; done; echo second >&2; "
                + "until [ -e /shared/b ]; do sleep 0.1; done; printf 'no line break'; exit 3")
        let agent = try team.host.start(["agent"])
        let follower = try team.laptop.start(["logs", "-f", id])
        #expect(
            await eventually { follower.output == "first\n" }, "\(follower.output) \(follower.errors) \(agent.errors)")
        try await agent.signal(SIGTERM)
        #expect(try await agent.end().code == 0)
        let next = try team.host.start(["agent"])
        try team.shared.write("a", "")
        #expect(await eventually { follower.output == "first\nsecond\n" }, "\(follower.output) \(next.errors)")
        try team.shared.write("b", "")
        let followed = try await follower.end()
        #expect(followed.code == 1 && followed.output == "first\nsecond\nno line break\n", "\(followed)")
        try await next.signal(SIGTERM)
        #expect(try await next.end().code == 0)
        #expect(try await team.laptop.succeeding("logs", id).output == "first\nsecond\nno line break\n")
        #expect(try await team.host.succeeding("logs", id).output == "first\nsecond\nno line break\n")
        let foreign = try await team.colleague.launch("logs", id)
        #expect(!foreign.output.contains("first") && !foreign.errors.contains("first"), "\(foreign)")
    }

    @Test(.needsEngine) func `the log of a build is read on another machine`() async throws {
        let team = try await Team()
        // Another text in each test run, so that the image does not exist yet.
        try team.laptop.folder.write(
            "Dockerfile",
            "FROM \(EngineFixture.imageName)\nRUN [\"/bin/sh\", \"-c\", \"echo built-$((40 + 2)); : \(UUID())\"]\n")
        let id = try await team.laptop.succeeding(
            "submit", "-q", "q", "--source", team.laptop.folder.path, "-E", "/bin/sh -c", "--", "exit 0"
        ).word
        let agent = try await team.host.succeeding("agent", "--drain")
        #expect(try await team.laptop.facts(of: id).state == "succeeded", "\(agent.errors)")
        #expect(try await team.laptop.succeeding("logs", "--build", id).output.contains("built-42"))
    }
}
