import EngineTestSupport
import Foundation
import TestSupport
import Testing

/// What runs of one machine leave, on another one.
@Suite("outputs of a team on two machines", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct TeamOutputTests {
    private struct Item: Decodable {
        var file: String
        var size: Int?
        var place: String
    }

    @Test(.needsEngine) func `the author of a run gets its small outputs on a machine without an engine`() async throws
    {
        _ = try await EngineFixture.imageID()
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let owner = try await TeamMachine.makeStore(in: database)
        let queue = try owner.folder.write("queue.yaml", "network: none\noutputs: [/out]\n")
        try await owner.succeeding("queue", "create", "q", "--resource", "local-docker", "--config", queue)
        try database.run("INSERT INTO launch.settings VALUES ('output_bytes', '1000000')")
        let noEngine = ["DOCKER_HOST": "unix:///none.sock"]
        let laptop = try TeamMachine(database, "\(database.name)_ada", setting: noEngine)
        let colleague = try TeamMachine(database, "\(database.name)_bob", setting: noEngine)
        let host = try TeamMachine(database, "\(database.name)_gpu")
        func submit(_ script: String) async throws -> String {
            try await laptop.succeeding(
                "submit", "-q", "q", "--image", EngineFixture.imageName, "-E", "/bin/sh -c", "--", script
            ).word
        }
        let small = try await submit("mkdir -p /out/a; echo 0.5 > /out/a/loss; echo x > /out/b")
        let large = try await submit("mkdir -p /out; echo 1 > /out/small; head -c 1500000 /dev/zero > /out/large")
        let agent = try await host.succeeding("agent", "--drain")
        let facts = try await laptop.facts(of: small)
        #expect(facts.state == "succeeded" && facts.warnings.isEmpty, "\(facts) \(agent.errors)")

        let list = try await laptop.succeeding("outputs", small, "--json").json([Item].self)
        #expect(list.map(\.file).sorted() == ["out/a/loss", "out/b"], "\(list)")
        #expect(list.allSatisfy { $0.place == "store" })
        let to = laptop.folder.file("results")
        let copied = try await laptop.succeeding("outputs", small, "--to", to)
        #expect(copied.errors.contains("2 files copied to"), "\(copied)")
        #expect(try String(contentsOfFile: "\(to)/out/a/loss", encoding: .utf8) == "0.5\n")
        let again = try await laptop.launch("outputs", small, "--to", to)
        #expect(again.code == 65 && again.errors.contains("no file is replaced"), "\(again)")
        #expect(try await host.succeeding("outputs", small).output.contains("/runs/\(small)/outputs/out/b"))

        let foreign = try await colleague.launch("outputs", small)
        #expect(foreign.code == 77 && foreign.errors.contains("not yours to read"), "\(foreign)")
        #expect(foreign.messages == 1 && !foreign.output.contains("loss"))
        for words in [["logs", small], ["status", small]] {
            let answer = try await colleague.launch(words)
            #expect((answer.output + answer.errors).contains("not yours to read"), "\(answer)")
            #expect(!(answer.output + answer.errors).contains("damage"), "\(answer)")
        }

        let rest = laptop.folder.file("rest")
        let partly = try await laptop.launch("outputs", large, "--to", rest)
        #expect(partly.code == 69 && partly.errors.contains("out/large is only on"), "\(partly)")
        #expect(try String(contentsOfFile: "\(rest)/out/small", encoding: .utf8) == "1\n")
        let warned = try await laptop.facts(of: large)
        #expect(warned.state == "succeeded" && warned.warnings.contains { $0.contains("1 of 2 files") }, "\(warned)")
    }

    @Test func `a log over the limit of its submitter ends with a line that says where the rest is`() async throws {
        let database = try PostgresDatabase(on: PostgresServer.shared.get())
        let owner = try await TeamMachine.makeStore(in: database)
        _ = try await EngineFixture.imageID()
        try await owner.succeeding("queue", "create", "q", "--resource", "mock")
        try database.run("INSERT INTO launch.settings VALUES ('author_text_bytes', '100000')")
        let laptop = try TeamMachine(database, "\(database.name)_ada")
        let host = try TeamMachine(database, "\(database.name)_gpu")
        var ids: [String] = []
        for _ in 0..<3 {
            ids.append(
                try await laptop.succeeding(
                    "submit", "-q", "q", "--image", EngineFixture.imageName, "--set", "run_for=0s", "--set",
                    "log_lines=900",
                    "--set",
                    "log_line_bytes=60"
                ).word)
        }
        let agent = try await host.succeeding("agent", "--drain")
        for id in ids { #expect(try await laptop.facts(of: id).state == "succeeded", "\(agent.errors)") }
        var logs: [String] = []
        for id in ids { logs.append(try await laptop.succeeding("logs", id).output) }
        #expect(logs[0].split(separator: "\n").count == 900, "\(logs[0].suffix(300))")
        let last = try #require(logs[2].split(separator: "\n").last)
        #expect(
            last.contains("The store keeps 0 MB of the logs and outputs of one user")
                && last.contains("The rest is on") && last.hasSuffix("/runs/\(ids[2])/log."), "\(last)")
        let stored = try database.run("SELECT sum(octet_length(data)) < 110000 FROM launch.run_texts")
        #expect(stored == ["t"])
        // On the agent's machine the log is whole.
        #expect(try await host.succeeding("logs", ids[2]).output.split(separator: "\n").count == 900)
    }
}
