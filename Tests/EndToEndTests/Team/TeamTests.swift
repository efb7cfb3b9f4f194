import AWSStub
import Foundation
import Glibc
import TestSupport
import Testing

@Suite(
    "A store that a team shares", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"),
    .timeLimit(.minutes(30)))
struct TeamTests {
    /// A machine with a home of its own, whose user logs in to the store with a role of its own.
    private struct Machine: ProgramHome {
        let folder: TemporaryDirectory
        let variables: [String: String]

        init(like account: Account, _ database: PostgresDatabase, as role: String?) throws {
            folder = try TemporaryDirectory()
            let places = [
                "HOME": folder.path, "XDG_CONFIG_HOME": folder.file(".config"), "LAUNCH_HOME": folder.file("home"),
                "TMPDIR": folder.path,
            ]
            variables = account.variables.merging(places) { $1 }.merging(database.environment(of: role)) { $1 }
            try folder.write(
                ".config/wandb/launch-config.yaml",
                Guide.launchConfig(queue: "train", uri: Account.repositoryARN) + "store: {type: postgres}\n")
        }

        func submit(_ options: String...) throws -> RunningProgram {
            try start(["submit", "-q", "train", "--image", Account.image] + options)
        }
    }

    @Test func `runs are submitted on one machine and executed on another, also after the server was away`()
        async throws
    {
        try await PostgresServer.with { server in
            let account = try Account()
            let database = try PostgresDatabase(on: server)
            let owner = try Machine(like: account, database, as: nil)
            try await owner.succeeding("store", "init")
            try owner.folder.write("queue.yaml", Guide.queueYAML)
            try await owner.succeeding("queue", "create", "train", "--resource", "sagemaker", "--config", "queue.yaml")
            let (ada, trainer) = (try database.addRole("ada"), try database.addRole("trainer"))
            try await owner.succeeding("store", "grant", "submitter", ada)
            try await owner.succeeding("store", "grant", "agent", trainer)
            let laptop = try Machine(like: account, database, as: ada)
            let host = try Machine(like: account, database, as: trainer)

            let typo = ["PGHOST": "no-such-host.invalid"]
            let submit = ["submit", "-q", "train", "--image", Account.image, "--wait-for-store", "5m"]
            for words in [["agent", "--drain"], submit] {
                let answer = try await laptop.launch(words, setting: typo)
                #expect(answer.code == 69 && answer.errors.contains("no-such-host.invalid"), "\(answer)")
            }

            try server.signal("KILL")
            let refused = try await laptop.submit().end()
            #expect(refused.code == 75, "\(refused)")
            #expect(refused.errors.contains("cannot be reached"), "\(refused)")
            let agent = try host.start(["agent", "--drain"])
            try await agent.hasSaid("the store cannot be used for now")
            let patient = try laptop.submit("--wait-for-store", "5m")
            try await patient.hasSaid("Waiting for up to 5m")
            try server.restart()
            let id = try await patient.end().word

            // The agent may have found the queue empty before the submit.
            #expect(try await agent.end().code == 0)
            try await host.succeeding("agent", "--drain")
            let facts = try await laptop.facts(of: id)
            #expect(facts.state == "succeeded", "\(facts)")
            #expect(try await host.succeeding("list", "--json").json([RunFacts].self).count == 1)
            #expect(account.stub.sagemaker.jobs.count == 1)
            let forbidden = try await laptop.launch("queue", "delete", "train")
            #expect(forbidden.code == 77, "\(forbidden)")
        }
    }
}
