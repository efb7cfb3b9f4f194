import Foundation
import LaunchPrintableText
import Testing

@Suite struct PrintableTests {
    @Test(arguments: [
        ("plain, täxt 長 🙂\ttab", "plain, täxt 長 🙂\ttab"), ("", ""),
        ("\u{1B}[2J", "\\x1b[2J"), ("\u{1B}]52;c;eA==\u{7}", "\\x1b]52;c;eA==\\x07"),
        ("a\r\nb", "a\\r\\nb"), ("\u{0}\u{8}\u{7F}\u{9B}1m\u{85}", "\\x00\\x08\\x7f\\x9b1m\\x85"),
        ("a\u{202E}b\u{2066}\u{200F}\u{61C}", "a\\u{202e}b\\u{2066}\\u{200f}\\u{061c}"),
        ("\u{2028}\u{2029}\u{E0041}\u{FEFF}\u{200B}", "\\u{2028}\\u{2029}\\u{e0041}\\u{feff}\\u{200b}"),
        // The joiners of emoji and Persian text are kept.
        ("👩‍🔬 می‌خواهم", "👩‍🔬 می‌خواهم"),
    ])
    func `one line`(text: String, expected: String) {
        #expect(Printable.line(text) == expected)
        #expect(Printable.line(expected) == expected)
    }

    @Test(arguments: [
        ("a\r\nb\n\tc", "a\nb\n\tc", "a\nb\n\tc"), ("1%\r2%\r", "1%\\r2%\\r", "1%\n2%\n"),
        ("\r\r\n\r", "\\r\n\\r", "\n\n\n"), ("safe\rEVIL", "safe\\rEVIL", "safe\nEVIL"),
    ])
    func `several lines`(text: String, lines: String, log: String) {
        #expect(Printable.lines(text) == lines)
        #expect(Printable.log(text) == log)
    }

    /// The planes with characters that terminals or readers treat specially: 0, 1 and the start of 14.
    @Test(arguments: [UInt32(0)...0x1_FFFF, 0xE_0000...0xE_0FFF])
    func `no scalar gets through`(range: ClosedRange<UInt32>) {
        let scalars = range.compactMap { Unicode.Scalar($0) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        for safe in [Printable.line(String(text)), Printable.lines(String(text)), Printable.log(String(text))] {
            #expect(!safe.unicodeScalars.contains { Printable.isUnsafe($0) && $0 != "\t" && $0 != "\n" })
        }
        let missed = scalars.filter { scalar in
            let category = scalar.properties.generalCategory
            let isControl = [.control, .lineSeparator, .paragraphSeparator].contains(category)
            return (isControl || scalar.properties.isBidiControl) && !Printable.isUnsafe(scalar)
        }
        #expect(missed.isEmpty, "\(missed.map { String($0.value, radix: 16) })")
    }

    @Test func `bytes that are not text are replaced beforehand`() {
        let raw: [UInt8] = [0x61, 0x9B, 0x33, 0x31, 0x6D, 0x85, 0xC2]
        #expect(Printable.line(String(decoding: raw, as: UTF8.self)) == "a\u{FFFD}31m\u{FFFD}\u{FFFD}")
    }

    @Test func `a document keeps its meaning`() throws {
        let value = ["k\u{202E}": "\u{1B}]0;x\u{7}\u{9B}\u{7F}\u{E0041}\u{2028}é🙂\n\t"]
        let document = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        let safe = Printable.json(document)
        #expect(!safe.unicodeScalars.contains(where: Printable.isUnsafe))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(safe.utf8)) == value)
    }
}
