import LaunchLocalDocker
import EngineTestSupport
import Foundation
import LaunchHost
import LocalDockerTestSupport
import TestSupport
import Testing

@Suite("Finishing on a real engine", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct FinishingTests {
    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test
    func `Outputs are copied, belong to the caller, and have no link that leads out`() async throws {
        let script = """
            mkdir -p /out/deep /a/model /b/model && echo one > /out/deep/file && echo m1 > /a/model/x && echo m2 > /b/model/x
            echo single > /single && chown -R 4321:4321 /out && chmod 500 /out/deep && chmod 6755 /single
            ln -s deep/file /out/good && ln -s /etc/passwd /out/bad && ln -s ../../x /out/deep/bad && ln -s /single /link
            mkfifo /out/pipe
            """
        let outputs = ["/out", "/a/model", "/b/model/", "/single", "/none", "/link"]
        let template: [String: JSONValue] = ["outputs": .array(outputs.map { .string($0) })]
        try await Jobs.withEnded(script, template) { runner, handle, request, end in
            #expect(end.phase == .succeeded)
            let folder = try TemporaryDirectory()
            let first = try await runner.finish(handle, of: request, into: folder.path)
            let outcome = try await Jobs.runner().finish(handle, of: request, into: folder.path)
            #expect(first == outcome)
            #expect(outcome.outputs.map(\.name) == ["/out", "/a/model", "/b/model/", "/single"])
            let names = outcome.outputs.map { String($0.path.dropFirst(folder.path.count)) }
            #expect(names == ["/outputs/out", "/outputs/a-model", "/outputs/b-model", "/outputs/single"])
            #expect(try Self.text(folder.file("outputs/out/deep/file")) == "one\n")
            #expect(try Self.text(folder.file("outputs/out/good")) == "one\n")
            #expect(try Self.text(folder.file("outputs/a-model/x")) == "m1\n")
            #expect(try Self.text(folder.file("outputs/b-model/x")) == "m2\n")
            let manager = FileManager.default
            #expect(
                try manager.contentsOfDirectory(atPath: folder.file("outputs")).sorted() == [
                    "a-model", "b-model", "out", "single",
                ])
            #expect(try manager.contentsOfDirectory(atPath: folder.file("outputs/out")).sorted() == ["deep", "good"])
            #expect(try manager.contentsOfDirectory(atPath: folder.file("outputs/out/deep")) == ["file"])
            for name in ["out", "out/deep", "out/deep/file", "single"] {
                let facts = try manager.attributesOfItem(atPath: folder.file("outputs/\(name)"))
                #expect(facts[.ownerAccountID] as? Int == Int(geteuid()))
                let mode = try #require(facts[.posixPermissions] as? Int)
                #expect(mode & 0o7022 == 0 && mode & 0o600 == 0o600, "\(name) \(String(mode, radix: 8))")
            }
            #expect(outcome.warnings.count == 5, "\(outcome.warnings)")
            #expect(outcome.warnings.contains("The output /none does not exist in the container."))
        }
    }

    @Test
    func `The last match of a metric counts; a value that is not a number is a warning`() async throws {
        let script = "for i in 3 2 1; do echo \"epoch loss=0.$i acc=$i loss=1.$i\" >&2; done; echo 'bad=1.2.3 nan=nan'"
        let template: [String: JSONValue] = [
            "metrics": .object([
                "loss": .string("loss=([0-9.]+)"), "acc": .string("acc=([0-9]+)"), "bad": .string("bad=([0-9.]+)"),
                "none": .string("none=([0-9]+)"), "nan": .string("nan=([a-z]+)"),
            ])
        ]
        try await Jobs.withEnded(script, template) { runner, handle, request, _ in
            let folder = try TemporaryDirectory()
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.metrics == ["loss": 1.1, "acc": 1])
            #expect(outcome.warnings.count == 3)
            #expect(outcome.outputs.isEmpty)
        }
    }

    @Test
    func `Lines on which a pattern backtracks too long do not count, with a warning`() async throws {
        let script = "for i in 1 2 3 4 5; do echo \"loss=$i $(printf %049d 0)b\"; done; echo 000"
        let template: [String: JSONValue] = [
            "metrics": .object(["a": .string("(0+)+$"), "loss": .string("loss=([0-9.]+)")])
        ]
        try await Jobs.withEnded(script, template) { runner, handle, request, _ in
            let folder = try TemporaryDirectory()
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.metrics == ["loss": 5, "a": 0])
            #expect(outcome.warnings.count == 1)
            #expect(
                outcome.warnings.first?.hasPrefix(
                    "The metric a: its pattern took too long on 5 lines, and such lines do not count") == true,
                "\(outcome.warnings)")
        }
    }

    @Test(arguments: [true, false])
    func `A program that the kernel cannot execute is a warning that says what to do`(isAlone: Bool) async throws {
        // The line that the engine writes into the log of such a container.
        let script = "\(isAlone ? "" : "echo training; ")echo 'exec /train: exec format error' >&2; exit 1"
        try await Jobs.withEnded(script) { runner, handle, request, _ in
            let folder = try TemporaryDirectory()
            let outcome = try await runner.finish(handle, of: request, into: folder.path)
            #expect(outcome.warnings.count == (isAlone ? 1 : 0), "\(outcome.warnings)")
            #expect(outcome.warnings.allSatisfy { $0.contains("another processor") })
        }
    }
}
