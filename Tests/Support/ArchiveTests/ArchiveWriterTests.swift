import Foundation
import LaunchArchive
import LaunchSubprocess
import TestSupport
import Testing

@Suite("Writing tar archives")
struct ArchiveWriterTests {
    private static let long = [UInt8](repeating: 0xe9, count: 300)
    private static let entries: [ArchiveEntry] = [
        ArchiveEntry(path: Array("d".utf8), kind: .folder, mode: 0o1755, modified: 1),
        ArchiveEntry(path: Array("d/f".utf8), kind: .file, size: 5, mode: 0o4640, modified: 2, user: 3, group: 4),
        ArchiveEntry(path: long, kind: .file, size: 5, user: 1_000_690_000, group: .max),
        ArchiveEntry(path: [102, 0xff], kind: .link(long)),
        ArchiveEntry(path: Array("e\u{301}".utf8), kind: .hardLink(long)),
        ArchiveEntry(path: Array("\u{e9}".utf8), kind: .file, modified: 0o77777777777),
    ]

    private func archive(isCompressed: Bool = false) throws -> [UInt8] {
        let writer = try ArchiveWriter(isCompressed: isCompressed)
        for entry in Self.entries {
            try writer.add(entry)
            if entry.size == 5 {
                try writer.write(Array("hel".utf8)[...])
                try writer.write(Array("lo".utf8)[...])
            }
        }
        try writer.finish()
        return writer.take()
    }

    @Test
    func `What is written is read`() async throws {
        let found = try await Unpacked(try archive())
        var expected = Self.entries
        // A folder is stored with a slash.
        expected[0].path = Array("d/".utf8)
        #expect(found.error == nil && found.isComplete)
        for (entry, wanted) in zip(found.entries, expected) { #expect(entry == wanted) }
        #expect(found.entries.count == expected.count)
        #expect(found.members.filter { $0.entry.size == 5 }.allSatisfy { $0.content == Array("hello".utf8) })
    }

    @Test(arguments: [false, true])
    func `GNU tar reads it without a warning, compressed or not`(isCompressed: Bool) async throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("a", try archive(isCompressed: isCompressed))
        let listed = try await Subprocess.run(
            "tar", ["-tv", "--quoting-style=escape", "--numeric-owner", "-f", file],
            environment: .allowed(setting: ["LC_ALL": "C"]))
        #expect(listed.exit.isSuccess && listed.stderrText.isEmpty, "\(listed.stderrText)")
        let lines = listed.stdoutText.split(separator: "\n")
        let name = String(repeating: "\\351", count: 300)
        #expect(lines.count == 6)
        #expect(lines[0].hasPrefix("drwxr-xr-t 0/0") && lines[1].hasPrefix("-rwSr----- 3/4"))
        #expect(lines[2].contains("1000690000/4294967295") && lines[2].hasSuffix(" \(name)"))
        #expect(lines[3].hasSuffix(" f\\377 -> \(name)") && lines[4].hasSuffix("e\\314\\201 link to \(name)"))
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: false)
        let unpacked = try await Subprocess.run("tar", ["-x", "-f", file, "-C", folder.file("out"), "d/f"])
        let text = try String(contentsOfFile: folder.file("out/d/f"), encoding: .utf8)
        #expect(unpacked.exit.isSuccess && text == "hello", "\(unpacked.stderrText)")
    }

    @Test
    func `The same entries are the same bytes at any time, and compressed ones begin as gzip files do`() throws {
        let first = try archive(isCompressed: true)
        #expect(first == (try archive(isCompressed: true)))
        // No time and no name.
        #expect(first.prefix(8) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    }

    @Test
    func `A file of 8 GiB and more has its size`() async throws {
        let writer = try ArchiveWriter()
        try writer.add(ArchiveEntry(path: [97], kind: .file, size: 8 << 30))
        for _ in 0..<2 { try writer.write([UInt8](repeating: 1, count: 64 << 10)[...]) }
        let found = try await Unpacked(writer.take())
        #expect(found.entries.map(\.size) == [8 << 30])
    }

    @Test
    func `A time that the header cannot hold becomes the nearest one`() async throws {
        let writer = try ArchiveWriter()
        for time in [Int64.min, -1, 0o77777777777, .max] {
            try writer.add(ArchiveEntry(path: [97], kind: .file, modified: time))
        }
        try writer.finish()
        #expect(try await Unpacked(writer.take()).entries.map(\.modified) == [0, 0, 0o77777777777, 0o77777777777])
    }

    @Test
    func `Entries that contradict themselves or their content are refused`() throws {
        for wrong in [
            ArchiveEntry(path: [], kind: .file), ArchiveEntry(path: [97, 0, 98], kind: .file),
            ArchiveEntry(path: [97], kind: .folder, size: 1), ArchiveEntry(path: [97], kind: .file, size: -1),
            ArchiveEntry(path: [97], kind: .other),
        ] {
            let error = #expect(throws: ArchiveError.self, "\(wrong)") { try ArchiveWriter().add(wrong) }
            #expect(error?.code == .invalid)
        }
        let writer = try ArchiveWriter()
        try writer.add(ArchiveEntry(path: [97], kind: .file, size: 2))
        #expect(throws: ArchiveError.self) { try writer.write([1, 2, 3]) }
        try writer.write([1])
        #expect(throws: ArchiveError.self) { try writer.finish() }
        #expect(throws: ArchiveError.self) { try writer.add(ArchiveEntry(path: [98], kind: .file)) }
        try writer.write([2])
        try writer.finish()
    }
}
