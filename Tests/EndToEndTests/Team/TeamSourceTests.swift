import Foundation
import TestSupport
import Testing

/// The program on two machines, which share a store on a real PostgreSQL server and nothing else.
@Suite("sources of a team on two machines", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct TeamSourceTests {
    private static let config = """
        environment: {type: mock}
        registry: {type: mock, folder: DIR/mock}
        builder: {type: mock, folder: DIR/mock}
        """

    @Test func `a folder that is submitted on one machine is built and run on the other`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let owner = try await TeamMachine.makeStore(in: database)
        try await owner.succeeding("queue", "create", "q", "--resource", "mock")
        let laptop = try TeamMachine(database, "\(database.name)_ada", config: Self.config)
        let agent = try TeamMachine(database, "\(database.name)_gpu", config: Self.config)
        try laptop.folder.write("Dockerfile", "FROM scratch\nCOPY . /app\n")
        try laptop.folder.write("train.py", "print('hello')\n")
        let id = try await laptop.succeeding(
            "submit", "-q", "q", "--source", laptop.folder.path, "--set", "run_for=0s"
        ).word
        let answer = try await agent.succeeding("agent", "--drain")
        let facts = try await laptop.facts(of: id)
        #expect(facts.state == "succeeded", "\(facts.cause?.message ?? "-") \(answer.errors)")
        #expect(facts.imageDecision?.hasPrefix("source; built as") == true)
    }
}
