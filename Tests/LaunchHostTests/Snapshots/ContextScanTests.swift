import Foundation
import Glibc
import Testing

import LaunchHost
@testable import LaunchSnapshots

struct ContextScanTests {
    private func scan(_ folder: String, _ rules: String = "") throws -> ContextScan {
        try ContextScan(
            of: folder, ignoring: DockerIgnore(parsing: rules, file: ".dockerignore"), work: SourceWork())
    }

    @Test func `entries are listed in the order of bytes, with kinds, modes and sizes`() throws {
        let scratch = try Scratch()
        try scratch.write(["b/c.txt": "12345", "b-d": "", "B": "1", "empty/": ""])
        try scratch.setMode("b-d", 0o4751)
        try scratch.link("out", to: "../../etc/passwd")
        let scan = try scan(scratch.path)
        #expect(scan.entries.map(\.path) == ["B", "b", "b-d", "b/c.txt", "empty", "out"])
        #expect(scan.entries.map(\.kind) == [.file, .folder, .file, .file, .folder, .link(target: "../../etc/passwd")])
        #expect(scan.entries[2].mode == 0o4751)
        #expect(scan.entries[3].size == 5)
        #expect(scan.bytes == 6)
        #expect(scan.warnings.isEmpty)
    }

    @Test(arguments: IgnoreCase.all)
    func `each file that the rules keep is listed`(_ example: IgnoreCase) throws {
        let scratch = try Scratch()
        for file in example.files { try scratch.write([file: "x"]) }
        let files = try scan(scratch.path, example.rules).entries.filter { $0.kind == .file }.map(\.path)
        #expect(files == example.kept.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func `an excluded folder is not read`() throws {
        let scratch = try Scratch()
        try scratch.write(["keep": ""])
        // A name that is not UTF-8 would end the scan if the scan read the folder.
        try #require(mkdir("\(scratch.path)/cache", 0o755) == 0)
        try makeFile(Array("\(scratch.path)/cache/".utf8) + [0xFF, 0xFE])
        #expect(try scan(scratch.path, "cache").entries.map(\.path) == ["keep"])
        let error = try #require(throws: LaunchError.self) { try scan(scratch.path) }
        #expect(error.kind == .invalid)
        #expect(error.message.contains("in 'cache'"))
        #expect(error.message.contains("not UTF-8"))
    }

    private func makeFile(_ path: [UInt8]) throws {
        let file = (path + [0]).withUnsafeBytes { bytes in
            bytes.assumingMemoryBound(to: CChar.self).baseAddress.map { creat($0, 0o644) } ?? -1
        }
        try #require(file >= 0)
        close(file)
    }

    @Test func `pipes are skipped with a message`() throws {
        let scratch = try Scratch()
        try #require(mkfifo("\(scratch.path)/pipe", 0o644) == 0)
        let scan = try scan(scratch.path)
        #expect(scan.entries.isEmpty)
        #expect(scan.warnings.map(\.severity) == [.warning])
        #expect(scan.warnings.first?.message.contains("'pipe'") == true)
    }

    @Test func `an unusually large source is a warning with its largest entries`() throws {
        let scratch = try Scratch()
        try scratch.write(["data/x": "", "y": "1"])
        // Sparse, so it uses no disk space.
        try #require(truncate("\(scratch.path)/data/x", 1_500_000_000) == 0)
        let scan = try scan(scratch.path)
        #expect(scan.warnings.count == 1)
        #expect(scan.warnings.first?.message.contains("1500 MB large; the most is in 'data' (1500 MB)") == true)
    }

    @Test func `a missing path and a file are rejected`() throws {
        let scratch = try Scratch()
        try scratch.write(["file": ""])
        let missing = try #require(throws: LaunchError.self) { try scan("\(scratch.path)/no") }
        #expect(missing.message.hasSuffix("/no' does not exist."))
        let file = try #require(throws: LaunchError.self) { try scan("\(scratch.path)/file") }
        #expect(file.message.contains("is a file, and a folder is needed"))
    }

    @Test func `each unreadable entry is named`() throws {
        guard getuid() != 0 else {
            print("skipped: for the super-user every file is readable")
            return
        }
        let scratch = try Scratch()
        try scratch.write(["a": "", "b/c": "", "d": ""])
        try scratch.setMode("a", 0)
        try scratch.setMode("b", 0)
        defer { try? scratch.setMode("b", 0o755) }
        let error = try #require(throws: LaunchError.self) { try scan(scratch.path) }
        #expect(error.kind == .denied)
        #expect(error.message.contains("'a' (Permission denied), 'b' (Permission denied)"))
    }

    @Test func `progress is reported for large trees`() throws {
        let scratch = try Scratch()
        for index in 0..<1100 { try scratch.write(["\(index)": ""]) }
        let (stream, continuation) = AsyncStream<SourceProgress>.makeStream()
        let work = SourceWork { continuation.yield($0) }
        _ = try ContextScan(of: scratch.path, ignoring: .none, work: work)
        continuation.finish()
        _ = stream
        work.cancel()
        #expect(throws: LaunchError.self) { try ContextScan(of: scratch.path, ignoring: .none, work: work) }
    }
}
