import LaunchPrintableText
import Testing

struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("plain", 5), ("täxt", 4),
        // A combining mark, also one that does not compose, and one without a base.
        ("e\u{301}", 1), ("x\u{301}\u{302}", 1), ("\u{301}", 0),
        // CJK, Hangul, full-width and half-width forms.
        ("長い", 4), ("한국어", 6), ("\u{1112}\u{1161}\u{11AB}", 2), ("ＡＢ", 4), ("ｱｲ", 2), ("\u{3000}", 2), ("\u{303F}", 1),
        // Hexagrams are narrow, and stand between two wide blocks.
        ("\u{4DBF}\u{4DC0}\u{4DFF}\u{4E00}", 6), ("\u{31350}", 2), ("\u{17000}", 2),
        // Emoji: with a skin tone, joined, flags, and text characters that are shown as pictures.
        ("🙂", 2), ("👍🏽", 2), ("👩‍🔬", 2), ("🇩🇪", 2), ("❤", 1), ("❤️", 2), ("1️⃣", 2), ("⚡", 2),
        ("می‌خواهم", 7),
    ])
    func `widths`(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
    }

    /// The sum over the scalars, which places a caret under a column, is never less than the width of the text.
    @Test(arguments: ["長い e\u{301}", "👩‍🔬 a", "한국어", "\u{1112}\u{1161}\u{11AB}"])
    func `scalars are at least as wide as their text`(text: String) {
        #expect(text.unicodeScalars.reduce(0) { $0 + DisplayWidth.of($1) } >= DisplayWidth.of(text))
    }

    @Test func `every emoji picture is wide and every ASCII character narrow`() {
        let pictures = (0...0x1FFFF).compactMap(Unicode.Scalar.init).filter(\.properties.isEmojiPresentation)
        #expect(pictures.count > 1000)
        #expect(pictures.allSatisfy { DisplayWidth.of($0) == 2 })
        #expect((0x20...0x7E).compactMap { Unicode.Scalar(UInt32($0)) }.allSatisfy { DisplayWidth.of($0) == 1 })
    }
}
