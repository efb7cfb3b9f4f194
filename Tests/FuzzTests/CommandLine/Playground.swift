import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// A home of launch with a queue, a job and a run, and files that are difficult to handle. The program reaches no
/// engine and no service from here.
final class Playground: Sendable {
    /// The result of one line.
    struct End: Sendable {
        var exit: Subprocess.Exit
        var output: String
        var errors: String
        /// Whether it ended only after SIGTERM, because of the time limit.
        var wasTold: Bool
    }

    let folder: TemporaryDirectory
    /// The run that must still exist afterwards.
    let run: String
    private let program: String
    private let environment: [String: String]

    init() async throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        program = try Built.path(of: "launch")
        environment = [
            "HOME": folder.file("user"), "LAUNCH_HOME": folder.file("home"), "TMPDIR": folder.path,
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "EDITOR": "true", "USER": "tester",
            "DOCKER_HOST": "unix://\(folder.file("no.sock"))", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "SWIFT_BACKTRACE": "enable=no",
            "GIT_TERMINAL_PROMPT": "0",
        ]
        try Self.fill(folder)
        run = ""
        for name in ["keep", "loose"] {
            try await succeed(["queue", "create", name, "--resource", "mock"])
            try await succeed(["job", "create", "image", "busybox:1", "--name", name])
        }
    }

    private init(_ other: Playground, run: String) {
        (folder, program, environment, self.run) = (other.folder, other.program, other.environment, run)
    }

    /// Makes a playground with a queued run.
    static func made() async throws -> Playground {
        let bare = try await Playground()
        let answer = try await bare.succeed(["submit", "-q", "keep", "--image", "busybox:1", "--json"])
        let id = try #require(answer.firstMatch(of: /"id" *: *"([a-z0-9-]+)"/), "submit prints the ID: \(answer)")
        return Playground(bare, run: String(id.1))
    }

    /// Values for lines in this playground.
    var values: HostileValues {
        HostileValues(
            files: Self.files.map { folder.file($0) } + ["/dev/zero", "/dev/null", "/dev/full", "/proc/self/mem", "."],
            kept: ["keep", run], loose: ["loose", "absent"])
    }

    private static let files = [
        "missing", "empty", "pipe", "loop", "huge", "binary", "deep.yaml", "config.yaml", "wrong.yaml", "queue.yaml",
        "spec.yaml", "source", "source/Dockerfile", "user", "no.sock",
    ]

    private static func fill(_ folder: TemporaryDirectory) throws {
        try folder.write("user/.keep", "")
        try folder.write("empty", "")
        try folder.write("binary", [0xFF, 0xFE, 0x00, 0xC0, 0x80])
        try folder.write("deep.yaml", String(repeating: "[", count: 100_000))
        try folder.write("config.yaml", "max_jobs: 2\nqueues: [keep]\nrunner: {type: mock}\n")
        try folder.write("wrong.yaml", "max_jobs: many\nbuilder: {type: dockr}\nx: [\u{7}]\n")
        try folder.write("queue.yaml", "run_for: 1s\nexit_code: 0\n")
        try folder.write("spec.yaml", "queue: loose\nimage: busybox:1\nparams: {epochs: 3}\n")
        try folder.write("source/Dockerfile", "FROM busybox:1\n")
        guard mkfifo(folder.file("pipe"), 0o600) == 0, symlink("loop", folder.file("loop")) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        // Sparse, so it takes no disk space.
        try folder.write("huge", "")
        guard truncate(folder.file("huge"), 1 << 33) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Runs a line. A waiting command gets SIGTERM after 2 s, any other command after 60 s.
    func end(of line: HostileLine) async throws -> End {
        let waits = line.words.first.map { LineMaker.waiting.contains($0) } ?? false
        var variables = environment
        for (name, value) in line.variables { variables[name] = value }
        // An endless loop uses processor time, independent of the machine's load: a signal ends it after 10 s.
        let script = """
            ulimit -t 10 -c 0; exec /usr/bin/timeout --preserve-status -s TERM -k 60 \(waits ? 2 : 60) "$0" "$@" \
            \(line.streams.rawValue)
            """
        let began = ContinuousClock.now
        let result = try await Subprocess.run(
            "/bin/bash", ["-c", script, program] + line.words.filter { !$0.utf8.contains(0) },
            environment: .exact(variables), workingDirectory: folder.path, timeout: .seconds(300))
        let limit: Duration = waits ? .seconds(2) : .seconds(60)
        return End(
            exit: result.exit, output: result.stdoutText, errors: result.stderrText,
            wasTold: ContinuousClock.now - began >= limit)
    }

    /// Runs words that must succeed, and returns their output.
    @discardableResult
    func succeed(_ words: [String]) async throws -> String {
        let end = try await end(of: HostileLine(words: words, streams: .plain, variables: [:]))
        try #require(end.exit.isSuccess, "launch \(words.joined(separator: " ")): \(end)")
        return end.output
    }
}
