import Foundation
import LaunchArchive
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers
@testable import LaunchLocalRehearsal

@Suite("Packing results")
struct TreePackerTests {
    private func budget(_ folder: TemporaryDirectory, limit: Int64 = 64 << 20) -> WriteBudget {
        WriteBudget(
            "model", limit: limit, key: "output_size_limit", folder: folder.path, reserve: DiskReserve(bytes: 0))
    }

    /// The entries of a packed file in the order of the file, from its uncompressed bytes.
    private func entries(_ file: String) async throws -> [ArchiveEntry] {
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", file]
        let pipe = Pipe()
        process.setStreams(output: pipe)
        try process.run()
        let bytes = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var rest: [UInt8]? = bytes
        var reader = ArchiveReader {
            defer { rest = nil }
            return rest
        }
        var entries: [ArchiveEntry] = []
        while let part = try await reader.next() {
            if case .entry(let entry) = part { entries.append(entry) }
        }
        return entries
    }

    @Test
    func `Files, folders, links and second names are packed, with any names, sorted, and as root's`() async throws {
        let folder = try TemporaryDirectory()
        let tree = folder.file("tree")
        try Disk.makeFolders("\(tree)/d/empty")
        let raw = RawName.text([0x63, 0xe9])
        let long = String(repeating: "n", count: 250)
        for name in [raw, "d/\(long)", "x"] {
            let sink = try FileSink("\(tree)/\(name)", mode: 0o750)
            try sink.write(Array("content".utf8)[...])
            sink.date(12)
        }
        #expect(Disk.link("\(tree)/x", "\(tree)/d/second") == 0)
        #expect(Disk.symlink("d/\(long)", "\(tree)/y") == 0)
        try await TreePacker.pack(tree, into: folder.file("out.tar.gz"), budget: budget(folder))
        let found = try await entries(folder.file("out.tar.gz"))
        #expect(
            found.map(\.path) == [
                [0x63, 0xe9], Array("d/".utf8), Array("d/empty/".utf8), Array("d/\(long)".utf8), Array("d/second".utf8),
                Array("x".utf8), Array("y".utf8),
            ])
        #expect(
            found.map(\.kind) == [
                .file, .folder, .folder, .file, .file, .hardLink(Array("d/second".utf8)),
                .link(Array("d/\(long)".utf8)),
            ])
        #expect(found.filter { $0.kind == .file }.allSatisfy { $0.size == 7 && $0.modified == 12 })
        #expect(found.allSatisfy { $0.user == 0 && $0.group == 0 })
        let status = try #require(Disk.status("\(tree)/x"))
        #expect(found[0].mode == UInt16(status.st_mode & 0o7777))
        // The same tree is the same file.
        try await TreePacker.pack(tree, into: folder.file("again"), budget: budget(folder))
        #expect(FileManager.default.contentsEqual(atPath: folder.file("again"), andPath: folder.file("out.tar.gz")))
    }

    @Test
    func `An empty folder is an archive without entries`() async throws {
        let folder = try TemporaryDirectory()
        try Disk.makeFolders(folder.file("tree"))
        try await TreePacker.pack(folder.file("tree"), into: folder.file("out"), budget: budget(folder))
        #expect(try await entries(folder.file("out")).isEmpty)
    }

    @Test
    func `A packed file above the limit is refused, and packing can be cancelled`() async throws {
        let folder = try TemporaryDirectory()
        try Disk.makeFolders(folder.file("tree"))
        var random = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 18)).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64) { Array($0) } }
        try folder.write("tree/noise", noise)
        let small = budget(folder, limit: 1 << 20)
        let tooLarge = await #expect(throws: BackendError.self) {
            try await TreePacker.pack(folder.file("tree"), into: folder.file("out"), budget: small)
        }
        #expect(tooLarge?.message.contains("model is larger than 1m, the 'output_size_limit'") == true)
        let large = budget(folder)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await TreePacker.pack(folder.file("tree"), into: folder.file("out"), budget: large)
        }
        let cancelled = await #expect(throws: BackendError.self) { try await task.value }
        #expect(cancelled?.category == .cancelled)
    }
}
