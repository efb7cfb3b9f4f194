/// Joins the escaped surrogate pairs of JSON (`\ud83d\ude80`) to the escape of one character (`\U0001f680`).
///
/// JSON writers such as Python's escape every character beyond U+FFFF as two UTF-16 halves (RFC 8259, section 7). YAML
/// does not have such escapes. Columns after a joined pair are two lower than in the file.
enum SurrogatePairs {
    /// Whether libyaml failed at an escape that is half of a surrogate pair.
    static func isCause(of fault: YAMLEvents.Fault) -> Bool {
        fault.problem == "found invalid Unicode character escape code"
    }

    /// The text with each pair joined; nil if it has none.
    static func joined(in text: String) -> String? {
        let bytes = Array(text.utf8)
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.count)
        var found = false
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                joined.append(bytes[index])
                index += 1
                continue
            }
            if let high = unit(at: index, of: bytes), let low = unit(at: index + 6, of: bytes),
                (0xD800...0xDBFF).contains(high), (0xDC00...0xDFFF).contains(low)
            {
                let scalar = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
                let digits = String(scalar, radix: 16)
                joined += Array("\\U\(String(repeating: "0", count: 8 - digits.count))\(digits)".utf8)
                found = true
                index += 12
            } else {
                // The backslash escapes the next byte, so a second backslash does not begin another escape.
                joined += bytes[index..<min(index + 2, bytes.count)]
                index += 2
            }
        }
        return found ? String(decoding: joined, as: UTF8.self) : nil
    }

    /// The value of the escape `\u0000` at an index.
    private static func unit(at index: Int, of bytes: [UInt8]) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
    }
}
