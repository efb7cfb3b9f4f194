import Foundation
import LaunchSubprocess
import Synchronization
import TestSupport
import Testing

/// Programs that are stopped, and the processes that they leave.
@Suite(.timeLimit(.minutes(30))) struct SubprocessTeardownTests {
    /// Whether a process runs. A zombie does not count.
    private static func isRunning(_ pid: Int) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let state = text.split(separator: ")").last?.split(separator: " ").first
        else { return false }
        return state != "Z" && state != "X"
    }

    private static func pids(in file: String) -> [Int] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").compactMap { Int($0) }
    }

    private func pids(in file: String, count: Int) async throws -> [Int] {
        #expect(await eventually { Self.pids(in: file).count == count })
        return Self.pids(in: file)
    }

    private static let family = """
        sleep 1000 & echo $! >>"$0"; (sleep 1000 & echo $! >>"$0"; wait) & echo $$ >>"$0"; wait
        """

    @Test func `the time limit ends the whole group`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("pids")
        // A loaded machine may need longer than a short limit to start the processes. The limit grows until all have
        // started.
        for limit in [0.5, 5, 50, 300] {
            try? FileManager.default.removeItem(atPath: file)
            let error = await #expect(throws: SubprocessError.self) {
                try await Subprocess.run("sh", ["-c", Self.family, file], timeout: .seconds(limit))
            }
            #expect(error?.code == .timedOut)
            let pids = Self.pids(in: file)
            #expect(await eventually { pids.allSatisfy { !Self.isRunning($0) } })
            if pids.count == 3 { return }
        }
        Issue.record("the three processes did not start within 300 s")
    }

    @Test func `cancellation ends the whole group before it returns`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("pids")
        // The wait is longer than the test's own limit, so the test fails if the end of the program is not noticed.
        let steps = [Subprocess.TeardownStep(signal: SIGTERM, wait: .seconds(1000))]
        let task = Task { try await Subprocess.run("sh", ["-c", Self.family, file], teardown: steps) }
        let pids = try await pids(in: file, count: 3)
        task.cancel()
        let error = await #expect(throws: SubprocessError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(await eventually { pids.allSatisfy { !Self.isRunning($0) } })
    }

    @Test func `a program that ignores SIGTERM is killed`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("pids")
        let script = "trap '' TERM; sleep 1000 & echo $$ >\"$0\"; while :; do wait; sleep 0.1; done"
        let steps = [Subprocess.TeardownStep(signal: 15, wait: .milliseconds(100))]
        let task = Task { try await Subprocess.run("sh", ["-c", script, file], teardown: steps) }
        let pids = try await pids(in: file, count: 1)
        task.cancel()
        #expect(await #expect(throws: SubprocessError.self) { try await task.value }?.code == .cancelled)
        #expect(!Self.isRunning(try #require(pids.first)))
    }

    @Test func `a program can clean up during teardown`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("pids")
        let script = "trap 'echo bye >\"$0.bye\"; exit 0' TERM; echo $$ >\"$0\"; while :; do sleep 0.05; done"
        let task = Task { try await Subprocess.run("sh", ["-c", script, file]) }
        _ = try await pids(in: file, count: 1)
        task.cancel()
        #expect(await #expect(throws: SubprocessError.self) { try await task.value }?.code == .cancelled)
        #expect(FileManager.default.fileExists(atPath: "\(file).bye"))
    }

    @Test func `a task cancelled beforehand starts nothing`() async throws {
        let folder = try TemporaryDirectory()
        let mark = folder.file("mark")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Subprocess.run("touch", [mark])
        }
        #expect(await #expect(throws: SubprocessError.self) { try await task.value }?.code == .cancelled)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func `a grandchild that holds the pipe open does not block the caller`() async throws {
        let result = try await Subprocess.run("sh", ["-c", "echo said; sleep 1000 & echo $!"])
        let lines = result.stdoutText.split(separator: "\n")
        #expect(lines.first == "said")
        let pid = try #require(lines.last.flatMap { Int32($0) })
        #expect(Self.isRunning(Int(pid)))
        kill(pid, SIGKILL)
    }

    @Test func `all output is delivered to a slow callback`() async throws {
        let seen = Mutex(0)
        // The whole output fits into the pipe, and the program ends long before the callback has read it.
        _ = try await Subprocess.run(
            "sh", ["-c", "sleep 1000 & echo $! >&2; seq 100"],
            stdout: .lines { _ in
                try? await Task.sleep(for: .milliseconds(10))
                seen.withLock { $0 += 1 }
            },
            stderr: .lines { pid in
                // The background process keeps the pipe open until the program's end has certainly been noticed.
                try? await Task.sleep(for: .milliseconds(500))
                if let pid = Int32(pid) { kill(pid, SIGKILL) }
            })
        #expect(seen.withLock { $0 } == 100)
    }

    @Test func `the child has only the three standard descriptors and its own group`() async throws {
        let files = try await Subprocess.run("ls", ["/proc/self/fd"])
        // The fourth is the folder that `ls` reads.
        #expect(files.stdoutText == "0\n1\n2\n3\n")
        let result = try await Subprocess.run("cat", ["/proc/self/stat", "/proc/self/status"])
        let lines = result.stdoutText.split(separator: "\n")
        let ids = try #require(lines.first).split(separator: " ")
        #expect(ids.count > 5 && ids[0] == ids[4])
        let mask = { (name: String) in
            lines.first { $0.hasPrefix(name) }.flatMap { UInt64($0.dropFirst(name.count + 2), radix: 16) }
        }
        #expect(mask("SigBlk") == 0)
        // The C library reserves signals 32 and 33 and leaves them ignored.
        #expect(mask("SigIgn").map { $0 & ~(3 << 31) } == 0)
    }

    @Test func `three hundred runs leave no descriptor`() async throws {
        // In a separate process, because other tests open and close files.
        await #expect(processExitsWith: .success) {
            let open = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            var before = 0
            for index in 0..<310 {
                let isEven = index.isMultiple(of: 2)
                _ = try await Subprocess.run(
                    "true", stdin: isEven ? .file("/dev/null") : .bytes([1, 2, 3]),
                    stdout: isEven ? .discard : .collect())
                _ = try? await Subprocess.run("/no/such/program")
                if index == 9 { before = try open() }
            }
            // The runtime opens a few once, for example for timers. A leak would show 300.
            let after = try open()
            #expect(after <= before + 5)
        }
    }
}
