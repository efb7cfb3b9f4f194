import Foundation
import LaunchAWS
import LaunchBuilders
import LaunchCommands
import LaunchConsole
import LaunchHost
import LaunchLocalDocker
import LaunchMock
import LaunchSageMaker
import LaunchSubprocess
import Testing

/// Runs the built program with command lines that are made from its own tree of commands.
///
/// `LAUNCH_FUZZ_LINES` is the number of lines, `LAUNCH_FUZZ_SEED` selects them. scripts/fuzz sets both.
@Suite struct CommandLineFuzzTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    private static let seed = number("LAUNCH_FUZZ_SEED") ?? 20_261_129
    private static let lines = number("LAUNCH_FUZZ_LINES") ?? 120

    /// The tree of the program.
    private static let root = LaunchProgram.make(
        catalog: PluginCatalog(
            environments: [LocalEnvironment.plugin, AWSEnvironment.plugin, MockPlugins.environment],
            registries: [LocalRegistry.plugin, ECRRegistry.plugin, MockPlugins.registry],
            builders: [DockerBuilder.plugin, NoopBuilder.plugin, MockPlugins.builder],
            runners: [LocalDockerRunner.plugin, SageMakerRunner.plugin, MockPlugins.runner]), version: "0"
    ).root

    @Test func `every line ends as documented`() async throws {
        let place = try await Playground.made()
        var maker = LineMaker(Self.root, values: place.values, seed: Self.seed)
        for number in 1...max(1, Self.lines) {
            let line = maker.next()
            let end = try await place.end(of: line)
            var findings = LineCheck.findings(line, end)
            findings += try await lostOutput(line, end, place)
            guard !findings.isEmpty else { continue }
            Issue.record(
                """
                seed \(Self.seed), line \(number): \(findings.joined(separator: "; "))
                \(line.description.prefix(2000))
                \(end.exit)
                out: \(end.output.prefix(300))
                err: \(end.errors.prefix(1000))
                """)
        }
        // The queue that no line may change still exists.
        try await place.succeed(["queue", "show", "keep"])
        try await place.succeed(["job", "show", "keep"])
        try await place.succeed(["status", place.run])
    }

    /// A command that prints must not exit with 0 if its output cannot be written.
    private func lostOutput(
        _ line: HostileLine, _ end: Playground.End, _ place: Playground
    ) async throws -> [String] {
        guard line.streams == .fullOutput, end.exit.isSuccess, let first = line.words.first,
            LineCheck.printing.contains(first)
        else { return [] }
        var readable = line
        readable.streams = .plain
        let again = try await place.end(of: readable)
        return again.output.isEmpty ? [] : ["its output is lost, and it ends with 0"]
    }

    /// The same seed makes the same lines, so that a finding can be reproduced.
    @Test func `a seed repeats its lines`() {
        let values = HostileValues(files: ["/a", "/b"], kept: ["keep"], loose: ["loose"])
        func lines(_ seed: UInt64) -> [String] {
            var maker = LineMaker(Self.root, values: values, seed: seed)
            return (0..<50).map { _ in maker.next().description }
        }
        #expect(lines(1) == lines(1))
        #expect(lines(1) != lines(2))
    }

    /// One example of each kind of wrong exit, so that none is overlooked.
    @Test func `wrong ends are found`() {
        let line = HostileLine(words: ["list"], streams: .plain, variables: [:])
        func findings(_ exit: Int32, out: String = "", err: String = "", told: Bool = false) -> [String] {
            LineCheck.findings(line, Playground.End(exit: .code(exit), output: out, errors: err, wasTold: told))
        }
        #expect(findings(0).isEmpty)
        #expect(findings(64, err: "error: x\n").isEmpty)
        #expect(findings(64, err: #"{"time":"t","level":"error","message":"x"}"# + "\n").isEmpty)
        #expect(findings(65, err: "error: x\n  hint: y\n").isEmpty)
        #expect(!findings(132).isEmpty)
        #expect(!findings(4, err: "error: x\n").isEmpty)
        #expect(!findings(70, err: "error: x\n").isEmpty)
        #expect(!findings(64).isEmpty)
        #expect(!findings(64, err: "error: x\nerror: y\n").isEmpty)
        #expect(!findings(64, out: "x", err: "error: x\n").isEmpty)
        #expect(!findings(69).isEmpty)
        #expect(!findings(0, err: "\u{1B}[2J").isEmpty)
        #expect(!findings(0, told: true).isEmpty)
    }
}
