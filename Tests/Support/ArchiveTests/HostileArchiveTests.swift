import LaunchArchive
import TestSupport
import Testing

@Suite("Reading hostile and damaged archives")
struct HostileArchiveTests {
    /// Entries of every kind, with extended headers in both notations.
    private static func mixed() -> Tarball {
        var tarball = Tarball()
        tarball.add("d/", flag: "5")
        tarball.add("d/f", String(repeating: "content", count: 200))
        tarball.extend("path", String(repeating: "p/", count: 200) + "f")
        tarball.add("f", "x")
        tarball.add("././@LongLink", String(repeating: "l", count: 200) + "\u{0}", flag: "L")
        tarball.add("././@LongLink", String(repeating: "k", count: 200) + "\u{0}", flag: "K")
        tarball.add("l", flag: "2", target: "t")
        tarball.add("h", flag: "1", target: "d/f")
        return tarball
    }

    @Test
    func `An archive that ends too early is truncated, wherever it ends; its complete entries are read`() async throws {
        let bytes = Self.mixed().bytes + Tarball.end
        let whole = try await Unpacked(bytes)
        #expect(whole.error == nil && whole.members.count == 5)
        for count in stride(from: 1, to: bytes.count, by: 37) {
            let found = try await Unpacked(Array(bytes.prefix(count)))
            let complete = found.members.filter(\.isComplete)
            #expect(complete == Array(whole.members.prefix(complete.count)), "\(count)")
            #expect(
                found.error == nil || found.error?.code == .truncated, "\(count): \(String(describing: found.error))")
            if count % 512 != 0 && count < bytes.count - 1024 { #expect(found.error?.code == .truncated, "\(count)") }
        }
    }

    @Test
    func `Changed bytes lead to entries or to an error`() async throws {
        let bytes = Self.mixed().bytes + Tarball.end
        var random = SystemRandomNumberGenerator()
        for round in 0..<2000 {
            var changed = bytes
            var log: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                changed[place] = UInt8.random(in: .min ... .max, using: &random)
                log.append("\(place)=\(changed[place])")
            }
            // Half of the rounds keep the headers valid, so that the change is not found by the checksum.
            if round % 2 == 0 { Self.fixChecksums(&changed) }
            let found = try await Unpacked(changed)
            for member in found.members where member.isComplete && member.entry.kind == .file {
                #expect(Int64(member.content.count) == member.entry.size, "\(log)")
            }
        }
    }

    /// Writes the correct checksum into each block that looks like a header.
    private static func fixChecksums(_ bytes: inout [UInt8]) {
        for start in stride(from: 0, to: bytes.count - 511, by: 512) where bytes[start + 257] == UInt8(ascii: "u") {
            for index in 148..<156 { bytes[start + index] = 32 }
            let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
            for (index, digit) in String(String(0o1000000 + sum, radix: 8).suffix(6)).utf8.enumerated() {
                bytes[start + 148 + index] = digit
            }
            bytes[start + 154] = 0
        }
    }

    @Test
    func `Bytes that are not an archive are an error`() async throws {
        for noise in [
            (0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }, Array("hello\n".utf8),
            [UInt8](repeating: 255, count: 10_240),
        ] {
            let found = try await Unpacked(noise)
            #expect(found.members.isEmpty && found.error != nil)
        }
        var damaged = Tarball()
        damaged.add("good", "1")
        damaged.append([UInt8](repeating: 7, count: 1024))
        let found = try await Unpacked(damaged.bytes)
        #expect(found.members.count == 1 && found.error?.code == .malformed, "\(found)")
    }

    @Test
    func `Sizes that are negative or above 64 bits are refused`() async throws {
        for field: [UInt8] in [
            [UInt8](repeating: 255, count: 12), [0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
            [0x80] + [UInt8](repeating: 255, count: 11), Array("-0000000001".utf8),
        ] {
            var tarball = Tarball()
            tarball.add("good", "1")
            tarball.add(Array("f".utf8), size: field)
            let found = try await Unpacked(tarball.bytes + Tarball.end)
            #expect(found.error != nil, "\(field) \(found)")
        }
        for text in ["-1", "9223372036854775807", "9223372036854775808"] {
            var tarball = Tarball()
            tarball.extend("size", text)
            tarball.add("f", "x")
            let found = try await Unpacked(tarball.bytes + Tarball.end)
            #expect(found.error != nil, "\(text) \(found)")
        }
    }

    @Test
    func `Times at and above the limits of 64 bits are read`() async throws {
        for text in ["9223372036854775807", "9223372036854775808", "1e400", "nan", "-5.5", "-99999999999999999999"] {
            var tarball = Tarball()
            tarball.extend("mtime", text)
            tarball.add("f", "x")
            #expect(
                try await Unpacked(tarball.bytes + Tarball.end).members.allSatisfy { $0.content == [120] }, "\(text)")
        }
    }

    @Test
    func `A malformed extended header is an error, and not an entry with another name`() async throws {
        for content in [
            "99999999999999999999 path=a\n", "5 path=a\n", "x path=a\n", "999 path=a\n", "7 path\n", "10 path=ab",
        ] {
            var tarball = Tarball()
            tarball.add(Array("pax".utf8), flag: "x", content: Array(content.utf8))
            tarball.add("f")
            let found = try await Unpacked(tarball.bytes + Tarball.end)
            #expect(found.members.isEmpty && found.error?.code == .malformed, "\(content) \(found)")
        }
    }

    @Test
    func `Headers without end are refused after at most the reader's limit`() async throws {
        for (flag, content) in [("L", "long"), ("K", "long"), ("x", "9 path=a\n"), ("g", "9 path=a\n"), ("V", "")]
            as [(Character, String)]
        {
            var block = Tarball()
            block.add("././@LongLink", content, flag: flag)
            let found = try await Unpacked(head: block.bytes, thenAlways: block.bytes)
            #expect(found.members.isEmpty && found.error != nil, "\(flag)")
            #expect(found.read <= ArchiveReader.maxHeaderBytes + (128 << 10), "\(flag) \(found.read)")
        }
        var huge = Tarball()
        huge.add(Array("pax".utf8), flag: "x", size: Array("77777777777".utf8))
        let found = try await Unpacked(head: huge.bytes, thenAlways: [UInt8](repeating: 65, count: 65_536))
        #expect(found.members.isEmpty && found.error != nil)
        #expect(found.read <= ArchiveReader.maxHeaderBytes + (128 << 10), "\(found.read)")
    }

    @Test
    func `The list of a sparse file's parts is limited`() async throws {
        var head = Tarball()
        // Four parts of no bytes, and the mark that more blocks with parts follow.
        let part = Array("00000000000\u{0}00000000000\u{0}".utf8)
        let header = [UInt8](repeating: 0, count: 41) + part + part + part + part + [1]
        head.add(Array("f".utf8), flag: "S", gnu: header)
        let more = (0..<21).flatMap { _ in part } + [1] + [UInt8](repeating: 0, count: 7)
        let found = try await Unpacked(head: head.bytes, thenAlways: more)
        #expect(found.members.isEmpty && found.error?.code == .tooLarge, "\(found)")
        #expect(found.read <= ArchiveReader.maxHeaderBytes + (128 << 10))
    }

    @Test
    func `A hole of terabytes is announced by its entry, and can be left`() async throws {
        var tarball = Tarball()
        let records = ["22 GNU.sparse.major=1\n", "22 GNU.sparse.minor=0\n", "37 GNU.sparse.realsize=5497558138880\n"]
        let map = "1\n5497558138879\n1\n"
        tarball.add(Array("pax".utf8), flag: "x", content: Array(records.joined().utf8))
        tarball.add("hole", map + String(repeating: "\u{0}", count: 512 - map.utf8.count) + "x")
        let found = try await Unpacked(tarball.bytes + Tarball.end, limit: 4 << 20)
        #expect(found.error == nil && found.entries.map(\.size) == [5 << 40], "\(found.entries)")
        #expect(found.members.first?.content.allSatisfy { $0 == 0 } == true)
        #expect((found.members.first?.content.count ?? 0) < 8 << 20)
    }

    @Test
    func `A compressed archive is not decompressed, so it cannot expand`() async throws {
        let writer = try ArchiveWriter(isCompressed: true)
        let size = 64 << 20
        try writer.add(ArchiveEntry(path: Array("bomb".utf8), kind: .file, size: Int64(size)))
        for _ in 0..<64 { try writer.write([UInt8](repeating: 0, count: 1 << 20)[...]) }
        try writer.finish()
        let bomb = writer.take()
        #expect(bomb.count < size / 500)
        let found = try await Unpacked(bomb)
        #expect(found.members.isEmpty && found.error?.code == .malformed, "\(found)")
        #expect(found.read < 4096)
    }

    @Test
    func `Other formats that libarchive knows are refused`() async throws {
        let cpio = "070701" + String(repeating: "0", count: 88) + "00000002" + "00000000" + "f\u{0}"
        for text in ["!<arch>\n", cpio, "#mtree\nf type=file\n", "PK\u{3}\u{4}", "WARC/1.0\r\n"] {
            let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 1024)
            let found = try await Unpacked(bytes)
            #expect(found.members.isEmpty && found.error != nil, "\(text)")
        }
    }
}
