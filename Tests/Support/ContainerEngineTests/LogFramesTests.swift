import LaunchContainerEngine
import Testing

@Suite("Log frames")
struct LogFramesTests {
    private static let stamp = "2026-11-23T22:09:14.247419773Z"

    private static func frame(_ text: String, _ stream: UInt8 = 1) -> [UInt8] {
        frame(bytes: Array(text.utf8), stream)
    }

    private static func frame(bytes: [UInt8], _ stream: UInt8 = 1, stamp: String = stamp) -> [UInt8] {
        let payload = Array("\(stamp) ".utf8) + bytes
        let count = UInt32(payload.count)
        return [stream, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + payload
    }

    private static func decode(_ bytes: [UInt8], step: Int = .max, framed: Bool = true) throws -> [EngineLogLine] {
        var frames = LogFrames(framed: framed)
        var lines: [EngineLogLine] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines += try frames.feed(Array(rest.prefix(step)))
            rest = rest.dropFirst(min(step, rest.count))
        }
        return lines + frames.finish()
    }

    @Test(arguments: [1, 2, 7, 8, 9, 40, 41, 1000])
    func `Lines of both outputs have their times, independent of the chunks`(step: Int) throws {
        let bytes = Self.frame("one\n") + Self.frame("oops\n", 2) + Self.frame("\n") + Self.frame("no break")
        let lines = try Self.decode(bytes, step: step)
        #expect(lines.map(\.text) == ["one", "oops", "", "no break"])
        #expect(lines.map(\.stream) == [.stdout, .stderr, .stdout, .stdout])
        #expect(lines.allSatisfy { $0.time?.nanoseconds == 1_795_471_754_247_419_773 })
        #expect(lines.allSatisfy { !$0.continues })
    }

    @Test(arguments: [1, 7, 8, 1000])
    func `An empty frame does not affect the next frames, independent of the chunks`(step: Int) throws {
        let empty: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        let bytes = empty + Self.frame("one\n") + empty + empty + Self.frame("two\n", 2) + empty
        #expect(try Self.decode(bytes, step: step).map(\.text) == ["one", "two"])
    }

    @Test(arguments: [1000, .max])
    func `Entries that the engine split at 16 KiB become one line`(step: Int) throws {
        let part = String(repeating: "x", count: 16_384)
        let bytes =
            Self.frame(part) + Self.frame("other\n", 2) + Self.frame(part) + Self.frame("tail\n") + Self.frame("next\n")
        let lines = try Self.decode(bytes, step: step)
        #expect(lines.map(\.text) == ["other", part + part + "tail", "next"])
    }

    @Test
    func `A line over 64 KiB is split; a line of exactly 64 KiB is not`() throws {
        let part = String(repeating: "x", count: 16_384)
        let exact = try Self.decode((0..<4).flatMap { _ in Self.frame(part) } + Self.frame("\n"))
        #expect(exact.map { $0.text.utf8.count } == [65_536])
        let long = try Self.decode((0..<9).flatMap { _ in Self.frame(part) } + Self.frame("y\n"))
        #expect(long.map { $0.text.utf8.count } == [65_536, 65_536, 16_385])
        #expect(long.map(\.continues) == [true, true, false])
    }

    @Test
    func `A split line does not split a character`() throws {
        let text = String(repeating: "€", count: 30_000)
        let lines = try Self.decode(Self.frame(text + "\n"), step: 1000)
        #expect(lines.map(\.text).joined() == text)
        #expect(lines.allSatisfy { $0.text.utf8.count <= 65_536 })
    }

    @Test
    func `Invalid UTF-8 is replaced, and parts stay within 64 KiB`() throws {
        #expect(try Self.decode(Self.frame(bytes: [0x61, 0xFF, 0x62, 0x0A])).map(\.text) == ["a\u{FFFD}b"])
        let lines = try Self.decode(Self.frame(bytes: Array(repeating: 0xFF, count: 65_536) + [0x0A]))
        #expect(lines.map(\.text).joined() == String(repeating: "\u{FFFD}", count: 65_536))
        #expect(lines.allSatisfy { $0.text.utf8.count <= 65_536 })
        #expect(lines.dropLast().allSatisfy { $0.continues })
        #expect(lines.last?.continues == false)
    }

    @Test
    func `A log of a terminal has no frames`() throws {
        let bytes = Array("\(Self.stamp) one\r\n\(Self.stamp) two words\n".utf8)
        let lines = try Self.decode(bytes, step: 3, framed: false)
        #expect(lines.map(\.text) == ["one\r", "two words"])
        #expect(lines.allSatisfy { $0.time != nil })
    }

    @Test
    func `An incomplete line is reported`() throws {
        var frames = LogFrames(framed: true)
        #expect(frames.openSince == nil)
        _ = try frames.feed(Self.frame("begin"))
        #expect(frames.openSince?.nanoseconds == 1_795_471_754_247_419_773)
        _ = try frames.feed(Self.frame(" end\n"))
        #expect(frames.openSince == nil)
    }

    @Test
    func `Bytes that are not frames are an error`() {
        #expect(throws: EngineError.self) { try Self.decode(Array("{\"message\":\"no\"}\n".utf8)) }
    }

    @Test
    func `Memory stays bounded if a frame announces a huge size`() throws {
        var frames = LogFrames(framed: true)
        _ = try frames.feed([1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + Array("\(Self.stamp) ".utf8))
        let chunk = [UInt8](repeating: 0x61, count: 1 << 16)
        for _ in 0..<64 {
            let lines = try frames.feed(chunk)
            #expect(lines.count <= 2)
        }
    }
}
