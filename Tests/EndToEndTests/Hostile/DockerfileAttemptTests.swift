import Foundation
import TestSupport
import Testing

/// Attempts by the author of a Dockerfile.
@Suite("Attempts by a Dockerfile's author", .needsEngine, .timeLimit(.minutes(30)))
struct DockerfileAttemptTests {
    /// A Dockerfile, and a text of the run's cause.
    struct Attempt: Sendable, CustomTestStringConvertible {
        let name: String
        let dockerfile: String
        let message: String
        var testDescription: String { name }
    }

    private static let from = "FROM \(World.image)\nLABEL e2e=PROJECT\n"
    private static let huge = String(repeating: "x", count: 60_000)

    static let refused: [Attempt] = [
        .init(
            name: "arguments that double in length",
            dockerfile: "ARG A0=xxxxxxxx\n" + (1...60).map { "ARG A\($0)=$A\($0 - 1)$A\($0 - 1)\n" }.joined()
                + "FROM $A60\n", message: "longer than 65536 bytes after variable expansion"),
        .init(
            name: "101 base images", dockerfile: (0...100).map { "FROM base:\($0)\n" }.joined(),
            message: "more than 100 images"),
        .init(name: "options in FROM", dockerfile: "FROM -v /:/host busybox\n", message: "FROM takes an image"),
        .init(name: "a command in FROM", dockerfile: "FROM busybox; touch /x\n", message: "FROM takes an image"),
        .init(name: "a here-document without end", dockerfile: from + "RUN <<END\ntrue\n", message: "has no end"),
        .init(name: "an invalid escape character", dockerfile: "# escape=x\n" + from, message: "'escape' is 'x'"),
        .init(
            name: "a file of the machine", dockerfile: from + "COPY ../../../etc/passwd /\n", message: "cannot be built"
        ),
        .init(
            name: "an invalid stop signal", dockerfile: from + "STOPSIGNAL NONSENSE\n", message: "cannot be built"),
        .init(name: "no instruction", dockerfile: "#\n", message: "there is no FROM"),
    ]

    @Test(arguments: refused)
    func `a hostile Dockerfile is rejected with its line, or with the engine's message`(attempt: Attempt) async throws {
        try await World.with { world in
            let answer = try await run(attempt.dockerfile, in: world)
            #expect(answer.code == 1, "\(attempt.name): \(answer)")
            #expect(answer.errors.contains(attempt.message), "\(attempt.name): \(answer)")
        }
    }

    static let contained: [Attempt] = [
        .init(
            name: "an entry point of 60 KB", dockerfile: from + "ENTRYPOINT [\"/bin/\(huge)\"]\n",
            message: "Its program is a text of 60005 bytes, and 4095 is the limit"),
        .init(
            name: "a missing user", dockerfile: from + "USER nobody-such\nCMD [\"true\"]\n",
            message: "nobody-such"),
        .init(
            name: "a folder that is a file", dockerfile: from + "WORKDIR /bin/busybox\nCMD [\"true\"]\n",
            message: "is not a directory"),
    ]

    @Test(arguments: contained)
    func `an image that cannot start fails its run with the engine's reason`(attempt: Attempt) async throws {
        try await World.with { world in
            let answer = try await run(attempt.dockerfile, in: world)
            #expect(answer.code == 1, "\(attempt.name): \(answer)")
            #expect(answer.errors.contains(attempt.message), "\(attempt.name): \(answer)")
        }
    }

    @Test
    func
        `unusual settings of an image, such as labels, volumes and triggers, do no harm`()
        async throws
    {
        try await World.with { world in
            let answer = try await run(
                """
                # syntax=registry.invalid/frontend
                \(Self.from)LABEL big=\(Self.huge)
                ENV ODD="a\\nb\\u001b[31m" LAUNCH_RUN_ID=mine
                VOLUME /bin/sub /dev/none
                HEALTHCHECK --interval=1s CMD exit 1
                ONBUILD RUN touch /owned
                STOPSIGNAL SIGUSR1
                RUN yes | head -c 400000; head -c 10000000 /dev/zero | tr '\\0' x; printf '\\033]0;owned\\007'
                CMD ["sh", "-c", "echo $LAUNCH_RUN_ID | wc -c; ls /owned"]
                """, in: world)
            #expect(answer.code == 1, "\(answer)")
            // The engine does not order the lines of two outputs.
            #expect(answer.lines.contains("9"), "\(answer)")
            #expect(!answer.errors.contains("\u{1b}]0"))
            let id = try #require(try await world.succeeding("list", "--json").json([RunFacts].self).first?.id)
            let log = try FileManager.default.attributesOfItem(atPath: world.folder.file("home/runs/\(id)/build.log"))
            #expect(try #require(log[.size] as? Int) <= 65 << 20)
        }
    }

    private func run(_ dockerfile: String, in world: World) async throws -> Answer {
        try world.folder.write("source/Dockerfile", dockerfile.replacingOccurrences(of: "PROJECT", with: world.project))
        return try await world.launch("run", "-q", "q", "--source", world.folder.file("source"))
    }
}
