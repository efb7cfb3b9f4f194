import Glibc
import LaunchArchive
import Synchronization
import TestSupport
import Testing

@Suite("Reading tar archives")
struct ArchiveReaderTests {
    private func unpacked(_ tarball: Tarball, chunk: Int = 700) async throws -> Unpacked {
        try await Unpacked(tarball.bytes + Tarball.end, chunk: chunk)
    }

    @Test
    func `Kinds, contents, modes and times of all entries are read, whatever the size of the chunks`() async throws {
        var tarball = Tarball()
        tarball.add("d/", flag: "5")
        tarball.add(
            Array("d/f".utf8), content: Array("content".utf8), modified: Array("77777777777".utf8), mode: "0004755")
        tarball.add("l", flag: "2", target: "/etc")
        tarball.add("h", flag: "1", target: "d/f")
        for (name, flag) in [("c", "3"), ("b", "4"), ("p", "6")] as [(String, Character)] {
            tarball.add(name, flag: flag)
        }
        tarball.add("empty")
        let whole = try await unpacked(tarball, chunk: 1 << 20)
        #expect(whole.error == nil)
        #expect(
            whole.kinds == [
                .folder, .file, .link(Array("/etc".utf8)), .hardLink(Array("d/f".utf8)), .other, .other, .other, .file,
            ])
        let file = whole.members[1]
        #expect(file.content == Array("content".utf8) && file.entry.size == 7)
        #expect(file.entry.mode == 0o4755 && file.entry.modified == 0o77777777777)
        #expect(whole.isComplete)
        for chunk in [1, 7, 511, 512, 513] {
            #expect(try await unpacked(tarball, chunk: chunk).members == whole.members)
        }
    }

    /// A byte that is not UTF-8, one letter in two encodings, a sign that Unicode makes equal to a letter, and control
    /// characters.
    private static let names: [[UInt8]] = [
        [102, 0xff], [102, 0xfe], Array("\u{e9}".utf8), Array("e\u{301}".utf8), Array("\u{212a}".utf8),
        Array("K".utf8), Array("\n\u{1b}".utf8),
    ]

    private static func named() -> Tarball {
        var tarball = Tarball()
        for name in names { tarball.add(name) }
        for name in names {
            tarball.extend("path", bytes: name)
            tarball.add("short")
            tarball.extend("linkpath", bytes: name)
            tarball.add("link", flag: "2", target: "short")
        }
        return tarball
    }

    @Test
    func `Names keep their bytes`() async throws {
        let found = try await unpacked(Self.named())
        let links = Self.names.flatMap { [.file, .link($0)] as [ArchiveEntry.Kind] }
        #expect(found.error == nil)
        #expect(found.paths.prefix(Self.names.count) == Self.names[...])
        #expect(
            found.paths.dropFirst(Self.names.count).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                == Self.names)
        #expect(Array(found.kinds.dropFirst(Self.names.count)) == links)
    }

    @Test
    func `Names keep their bytes in a program with another locale`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            guard setlocale(LC_ALL, "C.UTF-8") != nil else { exit(42) }
            let found = try await Unpacked(ArchiveReaderTests.named().bytes + Tarball.end)
            let names = ArchiveReaderTests.names
            exit(found.error == nil && found.paths.contains(names[3]) && found.kinds.contains(.link(names[3])) ? 42 : 1)
        }
    }

    @Test(arguments: [300, 5000])
    func `Names of 300 bytes are read in both notations`(count: Int) async throws {
        let name = [UInt8](repeating: 0xe9, count: count)
        var tarball = Tarball()
        tarball.add(Array("././@LongLink".utf8), flag: "L", content: name + [0])
        tarball.add("short")
        tarball.extend("path", bytes: name)
        tarball.add("short")
        #expect(try await unpacked(tarball).paths == [name, name])
    }

    @Test
    func `Sizes of 8 GiB and more are read in each notation, before the content`() async throws {
        for size in [8 << 30, 5 << 40, Int64.max] {
            var binary = Tarball()
            binary.add(
                Array("f".utf8),
                size: [0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: size >> Int64(56 - 8 * $0)) })
            var pax = Tarball()
            pax.extend("size", "\(size)")
            pax.add("f")
            for tarball in [binary, pax] {
                let found = try await unpacked(tarball)
                // A size that libarchive does not accept is an error; no other size is reported for it.
                if size < .max { #expect(found.entries.map(\.size) == [size]) }
                #expect(found.error != nil && found.entries.allSatisfy { $0.size == size })
            }
        }
    }

    @Test
    func `Hard links are read before and after their target, and their content is skipped`() async throws {
        var tarball = Tarball()
        tarball.add("before", flag: "1", target: "file")
        tarball.add("file", "content")
        tarball.add("after", flag: "1", target: "file")
        tarball.add("last", "x")
        let found = try await unpacked(tarball)
        #expect(found.error == nil)
        let link = ArchiveEntry.Kind.hardLink(Array("file".utf8))
        #expect(found.kinds == [link, .file, link, .file])
        #expect(found.members.map(\.content.count) == [0, 7, 0, 1])
    }

    @Test
    func `The archive ends at its end blocks: nothing is read from a second archive in the same stream`() async throws {
        var first = Tarball()
        first.add("first", "1")
        var second = Tarball()
        second.add("second", "2")
        let found = try await Unpacked(first.bytes + Tarball.end + second.bytes + Tarball.end)
        #expect(found.paths == [Array("first".utf8)] && found.error == nil)
        // Without end blocks, it ends with the stream.
        #expect(try await Unpacked(first.bytes).members == found.members)
        for empty in [[], Tarball.end] {
            let found = try await Unpacked(empty)
            #expect(found.members.isEmpty && found.error == nil)
        }
    }

    @Test
    func `The errors of the source are thrown, and no task of Swift's pool waits for a slow source`() async throws {
        struct Broken: Error {}
        var broken = ArchiveReader { throw Broken() }
        await #expect(throws: Broken.self) { try await broken.next() }
        let (stream, opener) = AsyncStream.makeStream(of: Void.self)
        let gate = Task { for await _ in stream {} }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // More than the pool has threads.
            for _ in 0..<200 {
                group.addTask {
                    var reader = ArchiveReader {
                        await gate.value
                        return nil
                    }
                    let part = try await reader.next()
                    #expect(part == nil)
                }
            }
            group.addTask {
                var tarball = Tarball()
                tarball.add("f", "x")
                let found = try await Unpacked(tarball.bytes)
                #expect(found.members.count == 1)
                opener.finish()
            }
            try await group.waitForAll()
        }
    }

    @Test
    func `A reader that is released in the middle ends its thread`() async throws {
        @Sendable func threads() -> Int {
            guard let folder = opendir("/proc/self/task") else { return 0 }
            defer { closedir(folder) }
            var count = 0
            while readdir(folder) != nil { count += 1 }
            return count
        }
        var tarball = Tarball()
        tarball.add(Array("f".utf8), size: Array(Tarball.octal(1 << 30).utf8))
        let before = threads()
        for _ in 0..<300 {
            var reader = ArchiveReader { [bytes = tarball.bytes] in bytes }
            #expect(try await reader.next() != nil)
        }
        // Other tests start threads at the same time.
        #expect(await eventually { threads() < before + 200 })
    }
}
