/// Changes one thing in the bytes of a response: a number, or a value's type, length, order or depth.
///
/// It does not use a parser of JSON or XML, so it can also write invalid documents.
public enum BodyMutator: String, Sendable, CaseIterable {
    /// A number becomes one of `ExtremeNumbers`.
    case number
    /// All numbers become the same one.
    case allNumbers
    /// The value of a JSON member gets another type.
    case type
    /// A JSON member is removed.
    case missing
    /// The end is removed.
    case truncated
    /// The body is empty.
    case empty
    /// A piece is repeated.
    case duplicate
    /// Two pieces are exchanged.
    case order
    /// A piece is repeated until the body has megabytes.
    case huge
    /// A value becomes tens of thousands of nested lists.
    case deep
    /// A string becomes a long one.
    case longText
    /// Some bytes become invalid UTF-8 or control characters.
    case garbage

    /// The changed bytes, and a description of the change.
    public func mutate(_ bytes: [UInt8], _ random: inout SeededRandom) -> (bytes: [UInt8], words: String) {
        switch self {
        case .number: return number(bytes, &random)
        case .allNumbers:
            let new = ExtremeNumbers.json.randomElement(using: &random) ?? "0"
            var changed = bytes
            for range in Self.numbers(in: bytes).reversed() { changed.replaceSubrange(range, with: new.utf8) }
            return (changed, "all numbers \(new)")
        case .type:
            let new = Self.values.randomElement(using: &random) ?? "null"
            return replacingValue(bytes, with: [UInt8](new.utf8), "a value became \(new)", &random)
        case .missing: return missing(bytes, &random)
        case .truncated:
            let count = Int.random(in: 0...max(0, bytes.count - 1), using: &random)
            return (Array(bytes.prefix(count)), "cut after \(count) of \(bytes.count) bytes")
        case .empty: return ([], "empty")
        case .duplicate:
            let range = Self.piece(of: bytes, &random)
            return (Array(bytes[..<range.upperBound] + bytes[range.lowerBound...]), "bytes \(range) twice")
        case .order:
            let (one, two) = (Self.piece(of: bytes, &random), Self.piece(of: bytes, &random))
            guard one.upperBound <= two.lowerBound else { return (bytes.reversed(), "reversed") }
            let middle = bytes[one.upperBound..<two.lowerBound]
            let changed = bytes[..<one.lowerBound] + bytes[two] + middle + bytes[one] + bytes[two.upperBound...]
            return (Array(changed), "bytes \(one) and \(two) exchanged")
        case .huge:
            let range = Self.piece(of: bytes, &random)
            let piece = bytes[range]
            guard !piece.isEmpty else { return ([UInt8](repeating: 0x20, count: 3 << 20), "3 MiB of spaces") }
            let times = (2 << 20) / piece.count
            var changed = Array(bytes[..<range.lowerBound])
            for _ in 0..<times { changed += piece }
            return (changed + bytes[range.upperBound...], "bytes \(range) \(times) times")
        case .deep:
            let depth = [300, 600, 5_000, 60_000].randomElement(using: &random) ?? 600
            let (open, close) = random.oneIn(2) ? ("[", "]") : ("{\"a\":", "}")
            let nest = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            return replacingValue(bytes, with: [UInt8](nest.utf8), "a value became \(depth) levels of \(open)", &random)
        case .longText:
            let text = "\"" + String(repeating: "x\\u001b[31m", count: 40_000) + "\""
            return replacingValue(bytes, with: [UInt8](text.utf8), "a value became a long text", &random)
        case .garbage:
            var changed = bytes
            for _ in 0..<8 where !changed.isEmpty {
                let index = Int.random(in: changed.indices, using: &random)
                changed[index] = [0, 0x80, 0xff, 0xc0, 0x1b, 0x22, 0x7b].randomElement(using: &random) ?? 0
            }
            return (changed, "8 bytes of garbage")
        }
    }

    private static let values = [
        "null", "true", "false", "[]", "{}", "\"text\"", "\"\"", "[null]", "[[]]", "{\"a\":1}", "-1", "1e300",
        "[1,\"a\"]",
    ]

    private func number(_ bytes: [UInt8], _ random: inout SeededRandom) -> (bytes: [UInt8], words: String) {
        guard let range = Self.numbers(in: bytes).randomElement(using: &random) else { return (bytes, "no number") }
        let new = ExtremeNumbers.json.randomElement(using: &random) ?? "0"
        let old = String(decoding: bytes[range], as: UTF8.self)
        var changed = bytes
        changed.replaceSubrange(range, with: new.utf8)
        return (changed, "\(old) became \(new)")
    }

    private func missing(_ bytes: [UInt8], _ random: inout SeededRandom) -> (bytes: [UInt8], words: String) {
        guard let value = Self.values(in: bytes).randomElement(using: &random) else { return (bytes, "no member") }
        // The member is renamed, so that the rest is unchanged and the reader does not find it.
        let colon = bytes[..<value.lowerBound].lastIndex(of: UInt8(ascii: ":")) ?? value.lowerBound
        guard let quote = bytes[..<colon].lastIndex(of: UInt8(ascii: "\"")) else { return (bytes, "no member") }
        var changed = bytes
        changed.insert(UInt8(ascii: "_"), at: quote)
        return (changed, "a member before byte \(colon) was renamed")
    }

    private func replacingValue(
        _ bytes: [UInt8], with new: [UInt8], _ words: String, _ random: inout SeededRandom
    ) -> (bytes: [UInt8], words: String) {
        guard let range = Self.values(in: bytes).randomElement(using: &random) else { return (new, words + ", alone") }
        var changed = bytes
        changed.replaceSubrange(range, with: new)
        return (changed, words)
    }

    /// A random piece.
    private static func piece(of bytes: [UInt8], _ random: inout SeededRandom) -> Range<Int> {
        guard bytes.count > 1 else { return 0..<bytes.count }
        let start = Int.random(in: 0..<bytes.count - 1, using: &random)
        return start..<Int.random(in: start + 1...min(bytes.count, start + 400), using: &random)
    }

    /// Runs of digits, also in strings and headers.
    private static func numbers(in bytes: [UInt8]) -> [Range<Int>] {
        ranges(in: bytes) { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The plain values of JSON members: the text between a colon and the next comma or bracket.
    private static func values(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for colon in bytes.indices where bytes[colon] == UInt8(ascii: ":") && colon > 0 {
            guard bytes[colon - 1] == UInt8(ascii: "\"") else { continue }
            var end = colon + 1
            var isText = false
            while end < bytes.count {
                if bytes[end] == UInt8(ascii: "\""), bytes[end - 1] != UInt8(ascii: "\\") { isText.toggle() }
                if !isText, ",]}".utf8.contains(bytes[end]) { break }
                end += 1
            }
            if end > colon + 1 { found.append(colon + 1..<end) }
        }
        return found
    }

    private static func ranges(in bytes: [UInt8], _ belongs: (UInt8) -> Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start: Int?
        for index in bytes.indices {
            if belongs(bytes[index]) {
                start = start ?? index
            } else if let begin = start {
                found.append(begin..<index)
                start = nil
            }
        }
        if let start { found.append(start..<bytes.count) }
        return found
    }
}
