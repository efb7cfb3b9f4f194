import Foundation
import Glibc
import LaunchSubprocess
import TestSupport
import Testing

/// The restrictions of a confined program.
@Suite(.timeLimit(.minutes(30))) struct ConfinementTests {
    private let inside: TemporaryDirectory
    private let outside: TemporaryDirectory

    init() throws {
        (inside, outside) = (try TemporaryDirectory(), try TemporaryDirectory())
    }

    private func shell(
        _ script: String, readable: [String]? = nil, largestFile: UInt64? = nil
    ) async throws -> Subprocess.Result {
        try await Subprocess.run(
            "/bin/sh", ["-c", script, "sh", inside.path, outside.path], timeout: .seconds(600),
            confinement: .init(writable: [inside.path], readable: readable, largestFile: largestFile))
    }

    static let system = ["/usr", "/bin", "/lib", "/lib64", "/etc", "/dev", "/proc"]

    @Test(
        .enabled(if: Subprocess.Confinement.isEnforced, "this kernel has no Landlock"),
        arguments: [
            "echo x >\"$2/new\"", "echo x >>\"$2/old\"", ": >\"$2/old\"", "mkdir \"$2/folder\"", "rm \"$2/old\"",
            "mv \"$2/old\" \"$1/taken\"", "ln -s /etc \"$2/link\"", "ln \"$2/old\" \"$1/linked\"",
            "mkfifo \"$2/pipe\"", "(cd \"$2\" && echo x >here)", "sh -c 'echo x >\"$0/new\"' \"$2\"",
        ])
    func `files outside cannot be changed`(script: String) async throws {
        try outside.write("old", "as it was\n")
        let result = try await shell(script)
        #expect(!result.exit.isSuccess, "\(script)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path) == ["old"], "\(script)")
        #expect(try String(contentsOfFile: outside.file("old"), encoding: .utf8) == "as it was\n", "\(script)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: inside.path).isEmpty, "\(script)")
    }

    @Test func `files inside can be changed`() async throws {
        let result = try await shell(
            """
            set -e
            cd "$1"
            mkdir a b; echo x >a/f; echo y >>a/f; mv a/f b/f; ln b/f b/g; ln -s f b/h; : >b/g; rm -r a; echo z >/dev/null
            """)
        #expect(result.exit.isSuccess, "\(result.stderrText)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: inside.file("b")).sorted() == ["f", "g", "h"])
    }

    @Test(.enabled(if: Subprocess.Confinement.isEnforced, "this kernel has no Landlock"))
    func `only the given files can be read`() async throws {
        try outside.write("secret", "the secret\n")
        try outside.write("allowed/file", "the file\n")
        try inside.write("own", "our own\n")
        let open = try await shell("cat \"$2/secret\"")
        #expect(open.stdoutText == "the secret\n")
        let closed = try await shell(
            "cat \"$1/own\" \"$2/allowed/file\" \"$2/secret\"; ls \"$2\"",
            readable: Self.system + [outside.file("allowed"), outside.file("not there")])
        #expect(closed.stdoutText == "our own\nthe file\n")
        #expect(closed.stderrText.contains("Permission denied"))
    }

    @Test(.enabled(if: Subprocess.Confinement.isEnforced, "this kernel has no Landlock"))
    func `the memory of this process cannot be read`() async throws {
        // Root can always read other processes' memory (CAP_PERFMON), so the test uses /proc/PID/cwd for root.
        let script =
            geteuid() == 0 ? "readlink /proc/\(getpid())/cwd" : "cat /proc/\(getpid())/environ >/dev/null"
        #expect(try await Subprocess.run("/bin/sh", ["-c", script]).exit.isSuccess)
        #expect(try await !shell(script).exit.isSuccess)
    }

    @Test(.enabled(if: (Subprocess.Confinement.landlockVersion ?? 0) >= 6, "this kernel's Landlock has no scopes"))
    func `signals reach only processes that the program has started`() async throws {
        #expect(try await !shell("kill -0 \(getpid())").exit.isSuccess)
        let own = try await shell("sleep 600 & kill $! && wait $!; echo $?")
        #expect(own.stdoutText == "143\n", "\(own.stderrText)")
    }

    @Test func `privileges, core dumps and large files are off`() async throws {
        let status = try await shell("grep NoNewPrivs /proc/self/status; ulimit -c; ulimit -Hc")
        #expect(status.stdoutText == "NoNewPrivs:\t1\n0\n0\n")
        let large = try await shell("head -c 20000 /dev/zero >\"$1/large\"", largestFile: 8_192)
        #expect(!large.exit.isSuccess)
        #expect(try FileManager.default.attributesOfItem(atPath: inside.file("large"))[.size] as? Int == 8_192)
        let free = try await Subprocess.run("/bin/sh", ["-c", "grep NoNewPrivs /proc/self/status"])
        #expect(free.stdoutText == "NoNewPrivs:\t0\n")
    }

    @Test func `a program that cannot be started is an error`() async throws {
        let plain = try inside.write("plain", "not a program")
        for program in [plain, inside.file("none")] {
            await #expect(throws: SubprocessError.self) {
                try await Subprocess.run(program, confinement: .init(writable: []))
            }
        }
    }
}
