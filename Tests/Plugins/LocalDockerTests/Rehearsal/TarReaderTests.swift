import Foundation
import LaunchHost
import Testing

@testable import LocalDocker

@Suite("Reading malformed archives")
struct TarReaderTests {
    private func failure(_ tarball: Tarball) async -> String {
        do {
            _ = try await tarball.members()
            return "read"
        } catch {
            return "\(error)"
        }
    }

    @Test("Times at the limits of 64 bits are read; times above them become 0")
    func times() async throws {
        let largest: [UInt8] = [0x80, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255]
        for (field, expected) in [
            (largest, Int64.max), ([0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255], 0),
            ([UInt8](repeating: 255, count: 12), -1), (Array("not a number".utf8), 0),
            (Array("77777777777".utf8), 8_589_934_591),
        ] {
            var tarball = Tarball()
            tarball.add(Array("f".utf8), modified: field)
            #expect(try await tarball.members().map(\.modified) == [expected])
        }
        for (text, expected) in [
            ("9223372036854775807", Int64.max), ("9223372036854775808", 0), ("1e400", 0), ("nan", 0), ("-5.5", -5),
            ("12.999", 12),
        ] {
            var tarball = Tarball()
            tarball.extend("mtime", text)
            tarball.add("f", "x")
            #expect(try await tarball.members().map(\.modified) == [expected], "\(text)")
        }
    }

    @Test("A file with the largest 64-bit time is written to an archive and read from it")
    func lastTime() async throws {
        let entry = TarEntry("f", .bytes([1]), mode: 0o644, modified: .max)
        var tarball = Tarball()
        tarball.append(entry.header + [1] + Tar.padding(1))
        #expect(try await tarball.members().map(\.modified) == [0o77777777777])
    }

    @Test("Sizes that are negative or above 64 bits are refused in each notation")
    func sizes() async throws {
        for field: [UInt8] in [
            [UInt8](repeating: 255, count: 12), [0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
            [0x80] + [UInt8](repeating: 255, count: 11), Array("-0000000001".utf8), Array("9".utf8),
        ] {
            var tarball = Tarball()
            tarball.add(Array("f".utf8), size: field)
            #expect(await failure(tarball).contains("size is negative or over 64 bits"), "\(field)")
        }
        for text in ["-1", "9223372036854775808", "1e3", ""] {
            var tarball = Tarball()
            tarball.extend("size", text)
            tarball.add("f", "x")
            #expect(await failure(tarball).contains("size is negative or over 64 bits"), "\(text)")
        }
        var largest = Tarball()
        largest.extend("size", "9223372036854775807")
        largest.add("f", "x")
        #expect(await failure(largest).contains("ended early"))
    }

    @Test("Extended headers are limited in size and number, and must be readable")
    func headers() async throws {
        var endless = Tarball()
        for _ in 0..<1000 { endless.add("././@LongLink", "long", flag: "L") }
        #expect(await failure(endless).contains("more than 16 extended headers"))
        var huge = Tarball()
        huge.add(Array("pax".utf8), flag: "x", size: Array("77777777777".utf8))
        #expect(await failure(huge).contains("extended header of 8589934591 bytes"))
        for content in ["99999999999999999999 path=a\n", "5 path=a\n", "1 path=a\n", "x path=a\n", "999 path=a\n"] {
            var wrong = Tarball()
            wrong.add(Array("pax".utf8), flag: "x", content: Array(content.utf8))
            wrong.add("f")
            #expect(await failure(wrong).contains("extended header that cannot be read"), "\(content)")
        }
    }

    @Test("Bytes that are not an archive and a truncated archive are different errors")
    func broken() async throws {
        var noise = Tarball()
        noise.append((0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) })
        #expect(await failure(noise).contains("wrong checksum"))
        var cut = Tarball()
        cut.add(Array("f".utf8), size: Array("00000010000".utf8))
        var cutReader = cut.reader(isEnded: false)
        let error = await #expect(throws: BackendError.self) {
            while try await cutReader.next() != nil {}
        }
        #expect(error?.category == .transient)
    }

    @Test("Names that are not UTF-8 stay distinct")
    func names() async throws {
        var tarball = Tarball()
        tarball.add([102, 0xff])
        tarball.add([102, 0xfe])
        tarball.add(Array("ä\n".utf8))
        tarball.extend("path", "e\u{301}\u{1b}")
        tarball.add("short")
        let paths = try await tarball.members().map(\.path)
        #expect(paths.map(RawName.bytes).first == [102, 0xff])
        let shown = ["f\\xff", "f\\xfe", "ä\n", "e\u{301}\u{1b}"]
        #expect(paths.map { Array(RawName.shown($0).utf8) } == shown.map { Array($0.utf8) })
    }

    @Test("The kind of every member is recognised")
    func kinds() async throws {
        var tarball = Tarball()
        for (name, flag) in [("d/", "5"), ("f", "0"), ("l", "2"), ("h", "1"), ("c", "3"), ("p", "6")]
            as [(String, Character)]
        {
            tarball.add(name, flag: flag, target: "t")
        }
        #expect(
            try await tarball.members().map(\.kind) == [.folder, .file, .link("t"), .hardLink("t"), .other, .other])
    }
}
