import LaunchLines
import Testing

struct LineBufferTests {
    private func pieces(_ chunks: [[UInt8]], limit: Int) -> [LineBuffer.Piece] {
        var buffer = LineBuffer(limit: limit)
        var pieces: [LineBuffer.Piece] = []
        for chunk in chunks {
            buffer.append(chunk)
            while let piece = buffer.next() { pieces.append(piece) }
        }
        if let rest = buffer.finish() { pieces.append(rest) }
        #expect(buffer.isEmpty && buffer.finish() == nil && buffer.next() == nil)
        return pieces
    }

    private func texts(_ text: String, limit: Int = 8) -> [String] {
        pieces([Array(text.utf8)], limit: limit).map { $0.text + ($0.continues ? "+" : "") }
    }

    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), ("a\r\nb\r", ["a\r", "b\r"]),
        ("12345678\n", ["12345678"]), ("12345678", ["12345678"]), ("123456789", ["12345678+", "9"]),
        ("12345678\n\n", ["12345678", ""]), ("1234567é", ["1234567+", "é"]), ("123456é", ["123456é"]),
        ("123456é\n7", ["123456é", "7"]), ("12345😀😀", ["12345+", "😀😀"]), ("€€€\n€€€", ["€€+", "€", "€€+", "€"]),
    ])
    func `a line ends at its line feed, or is cut before the character that passes the limit`(
        _ text: String, _ expected: [String]
    ) {
        #expect(texts(text) == expected)
    }

    @Test func `the pieces do not depend on the chunks, and together are the stream`() {
        let alphabet: [[UInt8]] = [[0x0A], Array("a".utf8), Array("é".utf8), Array("😀".utf8), [0x80], [0xF0], [0x0D]]
        var random = Seeded(state: 7)
        for _ in 0..<300 {
            let stream = (0..<60).flatMap { _ in alphabet[Int(random.next() % 7)] }
            let whole = pieces([stream], limit: 8)
            #expect(whole.map(\.length).reduce(0, +) == stream.count)
            #expect(whole.allSatisfy { $0.bytes.count <= 8 && !$0.bytes.contains(0x0A) })
            #expect(pieces(stream.map { [$0] }, limit: 8) == whole)
            let size = Int(random.next() % 11) + 1
            let chunks = stride(from: 0, to: stream.count, by: size).map {
                Array(stream[$0..<min($0 + size, stream.count)])
            }
            #expect(pieces(chunks, limit: 8) == whole)
            var joined: [UInt8] = []
            for (index, piece) in whole.enumerated() {
                joined += piece.bytes
                let isLast = index == whole.count - 1
                if !piece.continues, !isLast || stream.last == 0x0A { joined.append(0x0A) }
            }
            #expect(joined == stream)
        }
    }

    @Test func `text that is valid UTF-8 stays valid in every piece`() {
        let text = String(repeating: "aé€😀", count: 50)
        for limit in 4...23 {
            let found = texts(text, limit: limit)
            #expect(found.allSatisfy { !$0.contains("\u{FFFD}") })
            #expect(found.map { $0.replacing("+", with: "") }.joined() == text)
        }
    }

    @Test func `bytes that are not UTF-8 are cut at the limit`() {
        let found = pieces([Array(repeating: 0x80, count: 20)], limit: 8)
        #expect(found.map(\.bytes.count) == [8, 8, 4] && found.map(\.continues) == [true, true, false])
    }

    @Test func `a text is cut into parts`() {
        #expect(TextCut.parts(of: "", limit: 8) == [""])
        #expect(TextCut.parts(of: "12345678", limit: 8) == ["12345678"])
        #expect(TextCut.parts(of: "12345\u{FFFD}\u{FFFD}", limit: 8) == ["12345\u{FFFD}", "\u{FFFD}"])
    }

    /// SplitMix64.
    private struct Seeded {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
