import Foundation
import Testing

@testable import LaunchCore

/// The writer and the reader against Foundation's, which `JSON` uses for any other type.
@Suite struct JSONTextTests {
    private static let words = [
        "", "a", "a9", "a10", "B", "b", "_", "Tag Key", "a/b", "q\"q", "back\\slash", "line\nline", "\t\r\u{8}\u{c}",
        "\u{1}\u{1f}\u{7f}", "é", "e\u{301}", "日本", "😀", "\u{2028}", "1.0", "true",
    ]
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 1.5, 0.1, 1e20, 1e-7, 123_456_789_012, 9_007_199_254_740_992, 1e300, -2.5e-300,
        .leastNonzeroMagnitude,
        .greatestFiniteMagnitude,
    ]

    private func value(_ depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth > 4 ? 4 : 6)) {
        case 0: .null
        case 1: .bool(.random())
        case 2: .integer([0, 7, -1, .max, .min, .random(in: -1_000_000...1_000_000)].randomElement() ?? 0)
        case 3: .number(Self.numbers.randomElement() ?? 0)
        case 4: .string(Self.words.randomElement() ?? "")
        case 5: .array((0..<Int.random(in: 0...4)).map { _ in value(depth + 1) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...5)).map { _ in (Self.words.randomElement() ?? "", value(depth + 1)) },
                    uniquingKeysWith: { $1 }))
        }
    }

    private func read(_ text: String, keepsFractions: Bool) -> JSONValue? {
        Array(text.utf8).withUnsafeBytes { JSONText.value(of: $0, keepsFractions: keepsFractions) }
    }

    /// What Foundation reads; nil if the text is not JSON.
    private func oracle(_ text: String, keepsFractions: Bool) -> JSONValue? {
        let data = Data("[\(text)\n]".utf8)
        let items =
            keepsFractions
            ? try? JSON.decodeByFoundation([JSONValue].self, from: data)
            : try? JSONDecoder().decode([JSONValue].self, from: data)
        return items?.count == 1 ? items?.first : nil
    }

    @Test func `values are written as Foundation writes them, and read as they were`() throws {
        var written = 0
        for _ in 0..<3000 {
            let value = value()
            let list = String(decoding: try JSON.canonicalByFoundation([value]), as: UTF8.self)
            #expect(try JSON.canonical(value) == String(list.dropFirst().dropLast()))
            guard let text = JSONText.canonical(value).map({ String(decoding: $0, as: UTF8.self) }) else { continue }
            written += 1
            #expect("[\(text)]" == list)
            #expect(try JSONValue(parsing: text) == oracle(text, keepsFractions: true))
        }
        // Only names of members that are not ASCII are left to Foundation.
        #expect(written > 1000)
    }

    @Test(arguments: [true, false]) func `a text is read as Foundation reads it, or not at all:`(keepsFractions: Bool)
        throws
    {
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "\\/", "\\x", "0", "01",
            "-", "1.0", "1e3", "1E+2", ".5", "1.", "1e999", "12345678901234567890", "true", "nul", " ", "\n", "\u{1}",
            "é", "\u{FEFF}", "\"a\":1,", "\"a\":2",
        ]
        var found = 0
        for _ in 0..<6000 {
            var text = try JSON.canonical(value())
            for _ in 0..<Int.random(in: 0...2) {
                let at = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count))
                if Bool.random(), at < text.endIndex { text.remove(at: at) }
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count))
                text.insert(contentsOf: pieces.randomElement() ?? "", at: place)
            }
            guard let value = read(text, keepsFractions: keepsFractions) else { continue }
            found += 1
            #expect(value == oracle(text, keepsFractions: keepsFractions), "\(text)")
        }
        #expect(found > 1000)
    }

    @Test func `a large whole number with an exponent is read exactly, or not at all`() {
        for text in ["[900719954740992.01E+2]", "[9007199254740993e0]", "[-900719925474099.3e1]"] {
            let value = read(text, keepsFractions: false)
            #expect(value == nil || value == oracle(text, keepsFractions: false), "\(text)")
        }
        #expect(read("[900719925474099.1e1]", keepsFractions: false) == .array([.integer(9_007_199_254_740_991)]))
    }

    @Test func `bytes that are not UTF-8 and texts that nest too deep are left to Foundation`() throws {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x31, 0], [],
        ] {
            #expect(bytes.withUnsafeBytes { JSONText.value(of: $0, keepsFractions: true) } == nil)
        }
        let deep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        #expect(read(deep, keepsFractions: true) == nil)
        #expect(throws: DecodingError.self) { try JSONValue(parsing: deep) }
        let usual = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(read(usual, keepsFractions: true) != nil)
    }
}
