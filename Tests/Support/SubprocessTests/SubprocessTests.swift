import Foundation
import LaunchSubprocess
import Synchronization
import TestSupport
import Testing

/// Programs that end by themselves.
@Suite(.timeLimit(.minutes(30))) struct SubprocessTests {
    private func shell(_ script: String, stdin: Subprocess.Input = .none) async throws -> Subprocess.Result {
        try await Subprocess.run("sh", ["-c", script], stdin: stdin)
    }

    @Test func `exit codes and signals are reported`() async throws {
        #expect(try await shell("exit 0").exit.isSuccess)
        #expect(try await shell("exit 37").exit == .code(37))
        #expect(try await shell("kill -TERM $$").exit == .signal(15))
        #expect(try await shell("kill -KILL $$").exit == .signal(9))
    }

    @Test func `both outputs are collected separately`() async throws {
        let result = try await shell("echo out; echo err >&2")
        #expect(result.stdoutText == "out\n")
        #expect(result.stderrText == "err\n")
        #expect(!result.isTruncated)
    }

    @Test func `output over the limit is dropped and reported`() async throws {
        let result = try await Subprocess.run(
            "sh", ["-c", "head -c 300000 /dev/zero; exit 3"], stdout: .collect(maxBytes: 1000))
        #expect(result.exit == .code(3))
        #expect(result.stdout.count == 1000)
        #expect(result.isTruncated)
    }

    @Test func `a program that cannot be started is an error`() async throws {
        let folder = try TemporaryDirectory()
        let plain = try folder.write("plain", "not a program")
        let cases: [(String, String?, SubprocessError.Code)] = [
            ("no-such-program-4711", nil, .notFound), (folder.file("none"), nil, .notFound),
            (plain, nil, .cannotStart), ("true", folder.file("none"), .cannotStart), ("", nil, .notFound),
            ("a\0b", nil, .notFound),
        ]
        for (program, workingDirectory, code) in cases {
            let error = await #expect(throws: SubprocessError.self) {
                try await Subprocess.run(program, workingDirectory: workingDirectory)
            }
            #expect(error?.code == code, "\(program)")
        }
        let error = await #expect(throws: SubprocessError.self) {
            try await Subprocess.run("true", stdin: .file(folder.file("none")))
        }
        #expect(error?.code == .cannotStart)
    }

    @Test func `programs are found on the PATH`() throws {
        let shell = try #require(Subprocess.find("sh"))
        #expect(shell.hasSuffix("/sh"))
        #expect(Subprocess.findAll("sh").contains(shell))
        #expect(Set(Subprocess.findAll("sh")).count == Subprocess.findAll("sh").count)
        #expect(Subprocess.find("no-such-program-4711") == nil)
        #expect(Subprocess.find("../bin/sh") == nil)
        #expect(Subprocess.find("") == nil)
    }

    @Test func `the environment contains exactly the given variables`() async throws {
        let exact = try await Subprocess.run(
            "env", environment: .exact(["A": "1", "B": "x=y z", "": "no", "C=D": "no"]))
        #expect(exact.stdoutText.split(separator: "\n").sorted() == ["A=1", "B=x=y z"])
        let inherited = try await Subprocess.run(
            "env", environment: .inherited(setting: ["A": "1"], removing: ["HOME"]))
        let lines = inherited.stdoutText.split(separator: "\n")
        #expect(lines.contains("A=1"))
        #expect(lines.contains { $0.hasPrefix("PATH=") })
        #expect(!lines.contains { $0.hasPrefix("HOME=") })
    }

    @Test func `the working directory is set`() async throws {
        let folder = try TemporaryDirectory()
        let result = try await Subprocess.run("pwd", ["-P"], workingDirectory: folder.path)
        let real = URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
        #expect(result.stdoutText == "\(real)\n")
    }

    @Test func `input comes from bytes, files and descriptors`() async throws {
        let bytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let echoed = try await Subprocess.run("cat", stdin: .bytes(bytes), stdout: .collect(maxBytes: 2 << 20))
        #expect(echoed.stdout == bytes)
        let folder = try TemporaryDirectory()
        let path = try folder.write("f", "from a file")
        #expect(try await Subprocess.run("cat", stdin: .file(path)).stdoutText == "from a file")
        let handle = try #require(FileHandle(forReadingAtPath: path))
        #expect(try await Subprocess.run("cat", stdin: .descriptor(handle.fileDescriptor)).stdoutText == "from a file")
        #expect(try await shell("cat").stdoutText == "")
    }

    @Test func `a program need not read its input`() async throws {
        let result = try await shell("exec 0<&-; exit 4", stdin: .bytes(Array(repeating: 0, count: 1 << 20)))
        #expect(result.exit == .code(4))
    }

    @Test func `a million lines are delivered in order`() async throws {
        let seen = Mutex((count: 0, sum: 0))
        let result = try await Subprocess.run(
            "seq", ["1000000"],
            stdout: .lines { line in
                seen.withLock { $0 = ($0.count + 1, $0.sum + (Int(line) ?? 0)) }
            })
        #expect(result.exit.isSuccess)
        #expect(seen.withLock(\.count) == 1_000_000)
        #expect(seen.withLock(\.sum) == 500_000_500_000)
    }

    @Test func `a slow callback pauses the program`() async throws {
        let folder = try TemporaryDirectory()
        let progress = folder.file("progress")
        let first = Mutex(true)
        let blocks = Mutex(0)
        // Each line has 64 KiB. The program records how many lines it could write.
        let script = """
            i=0; while [ $i -lt 40 ]; do head -c 65535 /dev/zero | tr '\\0' x; echo; i=$((i+1)); echo $i >"$0"; done
            """
        let result = try await Subprocess.run(
            "sh", ["-c", script, progress],
            stdout: .lines { _ in
                guard
                    first.withLock({ first in
                        defer { first = false }; return first
                    })
                else { return }
                var before = -1
                var still = 0
                // Until the count stops changing.
                while still < 20 {
                    let now = (try? String(contentsOfFile: progress, encoding: .utf8)).flatMap {
                        Int($0.trimmingCharacters(in: .newlines))
                    }
                    still = now == before ? still + 1 : 0
                    before = now ?? 0
                    try? await Task.sleep(for: .milliseconds(20))
                }
                blocks.withLock { $0 = before }
            })
        #expect(result.exit.isSuccess)
        #expect(blocks.withLock { $0 } < 10)
    }

    @Test func `lines are cut at the limit, and the last one needs no line end`() async throws {
        let lines = Mutex<[Int]>([])
        let script = """
            head -c 65536 /dev/zero | tr '\\0' x; echo; echo; head -c 140000 /dev/zero | tr '\\0' y; echo; printf end
            """
        _ = try await Subprocess.run(
            "sh", ["-c", script], stdout: .lines { line in lines.withLock { $0.append(line.utf8.count) } })
        #expect(lines.withLock { $0 } == [65536, 0, 65536, 65536, 8928, 3])
    }

    @Test func `thirty-two concurrent programs have their own output and exit code`() async throws {
        let results = try await withThrowingTaskGroup(of: Subprocess.Result.self) { group in
            for index in 0..<32 {
                group.addTask { try await Subprocess.run("sh", ["-c", "seq 2000; exit \(index)"]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(results.map(\.exit)) == Set((0..<32).map { .code($0) }))
        #expect(results.allSatisfy { $0.stdoutText.hasSuffix("\n2000\n") })
    }
}
