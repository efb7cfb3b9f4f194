import EngineTestSupport
import Foundation
import TestSupport
import Testing

/// A build secret, and a Dockerfile that tries to show it.
@Suite("Build secrets", .needsEngine, .timeLimit(.minutes(30)))
struct BuildSecretTests {
    private static let run = """
        RUN --mount=type=secret,id=pip cat /run/secrets/pip; base64 </run/secrets/pip; echo; \
        echo "{\\"key\\": \\"$(cat /run/secrets/pip)\\"}"; cut -c 3-40 </run/secrets/pip
        """

    @Test
    func `output of a Dockerfile with a secret is masked; the secret is in no output, record, image or process`()
        async throws
    {
        try await World.with { world in
            let secret = "planted-build/\(UUID().uuidString)"
            let config = try Self.config(world, secret, queues: "q")
            // The line differs each time, because a step from the engine's cache prints nothing.
            let source = try Source(in: world, run: Self.run + "; : \(UUID().uuidString)")
            let watch = ProcessWatch(for: [secret])
            var said = ""
            func launch(_ words: [String]) async throws -> Answer {
                let answer = try await world.launch(words + ["-c", config, "-vv"])
                #expect(answer.code == 0, "\(words): \(answer)")
                said += answer.output + answer.errors
                return answer
            }
            let id = try await launch(["submit"] + source.words).word
            for words in [
                ["plan"] + source.words, ["agent", "--drain"], ["status", id], ["status", id, "--json"],
                ["events", id],
                ["logs", id], ["doctor"], ["list"],
            ] {
                _ = try await launch(words)
            }
            let seen = watch.stop()
            #expect(seen.sawBuild && seen.found.isEmpty, "\(seen)")

            let facts = try await world.facts(of: id)
            let image = try #require(facts.image?.reference, "\(facts)")
            let needles = Needles([secret])
            #expect(needles.found(in: said).isEmpty, "\(said)")
            let log = try #require(FileManager.default.contents(atPath: world.folder.file("home/runs/\(id)/build.log")))
            #expect(
                String(decoding: log, as: UTF8.self).contains("<secret>"), "\(String(decoding: log, as: UTF8.self))")
            let files = needles.files(below: world.folder.path, but: ["planted/"])
            #expect(files.isEmpty, "\(files)")
            for words in [["history", "--no-trunc", image], ["inspect", image]] {
                #expect(needles.found(in: try TestDocker.docker(words)).isEmpty, "\(words)")
            }
        }
    }

    @Test
    func `a run of another queue does not get the secret, and its cause names the key`() async throws {
        try await World.with { world in
            let secret = "planted-build/\(UUID().uuidString)"
            let source = try Source(in: world, run: Self.run)
            for (queues, words) in [
                ("other", "builder.secrets.pip.queues does not name the queue 'q'"), ("", "no queues"),
            ] {
                let config = try Self.config(world, secret, queues: queues)
                let plan = try await world.launch(["plan"] + source.words + ["-c", config])
                #expect(plan.code == 77 && plan.errors.contains(words), "\(plan)")
                let id = try await world.succeeding(["submit"] + source.words).word
                let agent = try await world.launch(["agent", "--drain", "-c", config, "-vv"])
                let facts = try await world.facts(of: id)
                #expect(facts.state == "failed" && facts.cause?.message.contains(words) == true, "\(facts) \(agent)")
                #expect(Needles([secret]).found(in: agent.output + agent.errors).isEmpty)
            }
        }
    }

    /// A configuration whose builder has the secret `pip` for the given queues. An empty text writes the short form.
    private static func config(_ world: World, _ secret: String, queues: String) throws -> String {
        let file = try world.folder.write("planted/pip", secret)
        return try world.folder.write(
            "c.yaml",
            """
            queues: [q]
            builder:
              type: docker
              network: none
              secrets:
                pip: \(queues.isEmpty ? file : "{file: \(file), queues: [\(queues)]}")

            """)
    }
}
