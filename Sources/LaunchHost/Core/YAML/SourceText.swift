/// The text of a document. It is checked to be UTF-8 without control characters, and split into lines as the parser
/// counts them.
struct SourceText: Sendable {
    /// The text without a byte order mark.
    package let text: String
    /// The lines without their line breaks.
    let lines: [String]

    /// Why the bytes are not text, and the position.
    struct Fault: Error {
        package var message: String
        package var hint: String?
        var mark: Mark?
    }

    /// Checks the bytes and splits them into lines.
    init(_ bytes: some Collection<UInt8>) throws(Fault) {
        let start = Array(bytes.prefix(3))
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            throw Fault(message: "the file is UTF-16", hint: "save it as UTF-8")
        }
        let body = start == [0xEF, 0xBB, 0xBF] ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            throw Fault(
                message: "the file is not UTF-8: byte \(Self.firstBadByte(body)) does not begin a character",
                hint: "save it as UTF-8", mark: Self.markOfBadByte(body))
        }
        var line = 1
        var column = 1
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where afterReturn:
                afterReturn = false
                continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(current))
                current = String.UnicodeScalarView()
                line += 1
                column = 1
                afterReturn = scalar == "\r"
                continue
            case "\t", " "..."\u{7E}", "\u{A0}"..."\u{FEFE}", "\u{FF00}"..."\u{FFFD}", "\u{10000}"...:
                current.append(scalar)
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw Fault(
                    message:
                        "the file has the control character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)",
                    hint: "remove it, or write it as \"\(Self.escape(code))\" in double quotes",
                    mark: Mark(line: line, column: column))
            }
            afterReturn = false
            column += 1
        }
        lines.append(String(current))
        self.text = text
        self.lines = lines
    }

    /// YAML's escape of a code point in hexadecimal.
    private static func escape(_ code: String) -> String {
        switch code.count {
        case ...2: "\\x" + String(repeating: "0", count: 2 - code.count) + code
        case ...4: "\\u" + String(repeating: "0", count: 4 - code.count) + code
        default: "\\U" + String(repeating: "0", count: max(0, 8 - code.count)) + code
        }
    }

    private static func markOfBadByte(_ bytes: some Collection<UInt8>) -> Mark {
        var line = 1
        var column = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return Mark(line: line, column: column)
    }

    private static func firstBadByte(_ bytes: some Collection<UInt8>) -> String {
        var good = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { good += UTF8.width(scalar) }
        return bytes.dropFirst(good).first.map { "0x\(String($0, radix: 16, uppercase: true))" } ?? "at the end"
    }
}
