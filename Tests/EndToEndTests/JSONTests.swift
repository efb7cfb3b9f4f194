import Foundation
import TestSupport
import Testing

@Suite("--json", .needsEngine)
struct JSONTests {
    /// Any JSON.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {
            if let list = try? decoder.unkeyedContainer() {
                var list = list
                while !list.isAtEnd { _ = try list.decode(Anything.self) }
            } else if let object = try? decoder.container(keyedBy: AnyKey.self) {
                for key in object.allKeys { _ = try object.decode(Anything.self, forKey: key) }
            }
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    @Test
    func `each command prints exactly one document`() async throws {
        try await World.with { world in
            let source = try Source(in: world)
            let config = try world.folder.write("c.yaml", "max_jobs: 2\nqueues: [q]\n")
            let id = try await world.succeeding(["submit", "--json"] + world.script("echo hello")).json(RunFacts.self)
                .id
            let commands: [[String]] = [
                ["queue", "list"], ["queue", "show", "q"], ["queue", "pause", "q"], ["queue", "resume", "q"],
                ["job", "create", "code", source.folder, "--name", "j"], ["job", "list"], ["job", "show", "j"],
                ["plan"] + source.words, ["plan", "--offline"] + world.script("true"), ["list"], ["status", id],
                ["events", id], ["events"], ["run"] + world.script("echo noise; echo more >&2"), ["run"] + source.words,
                ["stop", id], ["config", "check", "-c", config], ["config", "schema"], ["config", "path"],
                ["plugins", "list"], ["plugins", "describe", "local-docker"], ["doctor"], ["version"],
            ]
            for words in commands {
                let rest = words.firstIndex(of: "--") ?? words.endIndex
                let answer = try await world.launch(Array(words[..<rest]) + ["--json"] + Array(words[rest...]))
                #expect([0, 69].contains(answer.code), "\(words): \(answer)")
                #expect(throws: Never.self, "\(words): \(answer)") { _ = try answer.json(Anything.self) }
            }
        }
    }

    @Test
    func `after a failure, standard output is empty, even with --json`() async throws {
        try await World.with { world in
            for words in [
                ["status", "zzzzzzzz"], ["queue", "show", "none"], ["submit", "-q", "q"], ["plan", "-q", "none"],
            ] {
                let answer = try await world.launch(words + ["--json"])
                #expect(answer.code != 0)
                #expect(answer.output.isEmpty)
                #expect(answer.messages == 1)
            }
        }
    }
}
