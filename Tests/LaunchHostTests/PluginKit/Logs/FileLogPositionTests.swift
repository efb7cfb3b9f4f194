import Testing

@testable import LaunchPluginKit

@Suite struct FileLogPositionTests {
    /// Reads a whole file in blocks, from a cursor.
    private func read(_ text: [UInt8], from cursor: LogCursor? = nil, block: Int = 1 << 18) -> [LogLine] {
        var position = FileLogPosition(cursor)
        var lines: [LogLine] = []
        while true {
            let start = Int(position.offset)
            let before = Array(text[max(0, start - FileLogPosition.checked)..<start])
            #expect(position.fits(before))
            let after = Array(text[start...].prefix(block))
            let more = position.take(before: before, after: after, isLast: start + after.count == text.count)
            if more.isEmpty { return lines }
            lines += more
        }
    }

    @Test func `the rest after each cursor is the rest of the lines`() {
        let text = Array("one\n\ntwo \u{1F600}\nthree".utf8) + [0xff, 0xfe, 0x0a] + Array("last".utf8)
        let all = read(text)
        #expect(all.map(\.text) == ["one", "", "two \u{1F600}", "three\u{FFFD}\u{FFFD}", "last"])
        for (index, line) in all.enumerated() {
            #expect(read(text, from: line.cursor) == Array(all[(index + 1)...]))
        }
    }

    @Test func `the size of the blocks does not change the lines`() {
        let text = (0..<5_000).flatMap { Array("line \($0)\n".utf8) }
        let all = read(text)
        #expect(all.count == 5_000)
        for block in [64, 1_000, 65_537] { #expect(read(text, block: block) == all) }
    }

    @Test func `a long line comes in pieces that split no character`() {
        let line = String(repeating: "a\u{20AC}", count: 40_000)
        let lines = read(Array("\(line)\nend\n".utf8))
        #expect(lines.dropLast().map(\.text).joined() == line)
        #expect(lines.dropLast(2).allSatisfy { $0.continues && !$0.text.contains("\u{FFFD}") })
        #expect(lines.suffix(2).map(\.continues) == [false, false])
        #expect(lines.last?.text == "end")
        #expect(lines.allSatisfy { $0.text.utf8.count < 1 << 16 })
    }

    @Test func `a long line of invalid bytes stays under 64 KiB`() {
        let lines = read([UInt8](repeating: 0xff, count: 100_000))
        #expect(lines.allSatisfy { $0.text.utf8.count < 1 << 16 })
        #expect(lines.reduce(0) { $0 + $1.text.unicodeScalars.count } == 100_000)
    }

    @Test func `an incomplete line waits`() {
        var position = FileLogPosition()
        #expect(position.take(before: [], after: Array("begun".utf8), isLast: false).isEmpty)
        #expect(position.offset == 0)
        #expect(position.take(before: [], after: Array("begun".utf8), isLast: true).map(\.text) == ["begun"])
    }

    @Test func `a cursor does not fit a shorter file or other bytes`() {
        let text = Array("one\ntwo\n".utf8)
        let position = FileLogPosition(read(text).last?.cursor)
        #expect(position.fits(text))
        #expect(!position.fits(Array("one\ntw".utf8)))
        #expect(!position.fits(Array("one\ntwO\n".utf8)))
    }

    @Test func `a cursor without a check fits by the size alone`() {
        let position = FileLogPosition(LogCursor(rawValue: "8"))
        #expect(position.fits(Array("any text".utf8)))
        #expect(!position.fits(Array("shorter".utf8)))
        #expect(FileLogPosition(LogCursor(rawValue: "nonsense")) == FileLogPosition())
    }
}
