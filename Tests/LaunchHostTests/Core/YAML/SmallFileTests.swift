import Glibc
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

@Suite("Files that a user names")
struct SmallFileTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func fault(_ path: String) -> SmallFile.Fault? {
        #expect(throws: SmallFile.Fault.self) { try SmallFile.bytes(of: path, limit: 100, patience: 100) }
    }

    /// Starts a program that writes to a pipe, and returns. The following read blocks its thread until the program
    /// ends.
    private func writer(to path: String, _ script: String) async throws {
        let line = "(exec >\"$0\"; \(script)) </dev/null >/dev/null 2>&1 &"
        let result = try await Subprocess.run("setsid", ["sh", "-c", line, path])
        try #require(result.exit.isSuccess)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a named pipe without a writer is an error, and does not block`() throws {
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        #expect(fault(path)?.message.contains("no program writes to it") == true)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a pipe is read to its end, even with a slow writer`() async throws {
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        try await writer(to: path, "echo one; sleep 0.3; echo two")
        let bytes = try SmallFile.bytes(of: path, limit: 100, patience: 600_000)
        #expect(String(decoding: bytes, as: UTF8.self) == "one\ntwo\n")
    }

    @Test(.timeLimit(.minutes(30)))
    func `a pipe whose writer closes it without a byte is empty`() async throws {
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        try await writer(to: path, "sleep 0.3")
        #expect(try SmallFile.bytes(of: path, limit: 100, patience: 600_000).isEmpty)
    }

    @Test
    func `a file without end is read only up to the limit`() throws {
        let bytes = try SmallFile.bytes(of: "/dev/zero", limit: 100)
        #expect(bytes.count > 100)
        #expect(bytes.count < 1 << 20)
    }

    @Test
    func `a missing file and a folder are distinguished`() {
        #expect(fault(folder.file("missing"))?.isMissing == true)
        #expect(fault(folder.path)?.message == "this is a folder, and a file is expected")
        #expect(fault(folder.path)?.isMissing == false)
    }
}
