/// A set of ASCII characters, stored as 128 bits.
struct ASCIISet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Whether all bytes are in the set; nil if a byte is not ASCII, because the set cannot decide then.
    func holds(_ bytes: String.UTF8View) -> Bool? {
        var all = true
        for byte in bytes {
            if byte >= 128 { return nil }
            let bits = byte < 64 ? low : high
            if bits & (1 << UInt64(byte & 63)) == 0 { all = false }
        }
        return all
    }

    private mutating func insert(_ bytes: ClosedRange<UInt8>) {
        for byte in bytes where byte < 128 {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
        }
    }

    /// The set and the minimum length of a pattern that is one repeated bracket: `[a-z]*`, `([a-z]+)`. Nil for every
    /// other pattern, and if the bracket contains syntax that is not supported here.
    static func repeated(in pattern: String) -> (ASCIISet, least: Int)? {
        var text = Substring(pattern)
        if text.first == "(", text.last == ")" { text = text.dropFirst().dropLast() }
        guard text.first == "[", let quantifier = text.last, quantifier == "*" || quantifier == "+" else { return nil }
        text = text.dropFirst().dropLast()
        guard text.last == "]" else { return nil }
        guard let set = ASCIISet(bracket: text.dropLast()) else { return nil }
        return (set, quantifier == "+" ? 1 : 0)
    }

    /// The set of a bracket's content; nil for a negation or an unsupported class.
    private init?(bracket: Substring) {
        var rest = bracket.unicodeScalars
        guard rest.first != "^" else { return nil }
        while let first = rest.popFirst() {
            guard first.isASCII, first != "[", first != "]", first != "&" else { return nil }
            if first == "\\" {
                guard let escaped = rest.popFirst(), escaped.isASCII else { return nil }
                if escaped == "p" {
                    guard let close = rest.firstIndex(of: "}"), insertProperty(String(rest[..<close])) else {
                        return nil
                    }
                    rest = rest[rest.index(after: close)...]
                    continue
                }
                guard !escaped.properties.isAlphabetic, !("0"..."9").contains(escaped) else { return nil }
                insert(UInt8(ascii: escaped)...UInt8(ascii: escaped))
                continue
            }
            if rest.first == "-", let last = rest.dropFirst().first, last != "]", last != "\\", last.isASCII {
                guard first.value <= last.value else { return nil }
                insert(UInt8(ascii: first)...UInt8(ascii: last))
                rest = rest.dropFirst(2)
                continue
            }
            insert(UInt8(ascii: first)...UInt8(ascii: first))
        }
    }

    /// Adds the ASCII part of a Unicode property; false if the property is unknown here.
    private mutating func insertProperty(_ name: String) -> Bool {
        switch name {
        case "{L":
            insert(UInt8(ascii: "a")...UInt8(ascii: "z"))
            insert(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        case "{N": insert(UInt8(ascii: "0")...UInt8(ascii: "9"))
        case "{Z": insert(UInt8(ascii: " ")...UInt8(ascii: " "))
        default: return false
        }
        return true
    }
}
