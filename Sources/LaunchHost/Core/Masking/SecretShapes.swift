/// Finds secrets by the words before them, even if this process does not know them: a server may quote a request that
/// another process signed, and a tool may print a URL with a password.
///
/// It compares bytes only at positions where such a word can begin. A regular expression over each line would take
/// milliseconds.
struct SecretShapes {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package static func masked(_ text: String) -> String {
        var shapes = SecretShapes(text)
        let ranges = shapes.ranges()
        guard !ranges.isEmpty else { return text }
        var masked: [UInt8] = []
        var position = 0
        for range in ranges {
            masked += shapes.bytes[position..<range.lowerBound]
            masked += SecretMask.mark.utf8
            position = range.upperBound
        }
        masked += shapes.bytes[position...]
        return String(decoding: masked, as: UTF8.self)
    }

    private mutating func ranges() -> [Range<Int>] {
        var found: [Range<Int>] = []
        var next = 0
        while next < bytes.count {
            position = next
            if let range = secretHere() {
                found.append(range)
                next = range.upperBound
            } else {
                next += 1
            }
        }
        return found
    }

    /// The secret after the word at this position.
    private mutating func secretHere() -> Range<Int>? {
        switch bytes[position] {
        case UInt8(ascii: ":"): take("://") ? password() : nil
        case 0x41, 0x61: take("authorization") ? authorization() : nil
        case 0x53, 0x73: named()
        default: nil
        }
    }

    /// The value after `SecretAccessKey`, `x-amz-security-token` and similar names in headers, queries, variables, JSON
    /// and XML. A minimum length of the value excludes sentences about these names.
    private mutating func named() -> Range<Int>? {
        if take("signature=") || take("signature%3d") {
            return value(64...64) { Self.isDigit($0) || (0x61...0x66).contains($0 | 0x20) }
        }
        guard
            take("security-token") || take("session_token") || take("sessiontoken") || take("secretaccesskey")
                || take("secret_access_key")
        else { return nil }
        _ = takeQuote()
        skipSpaces()
        guard take(":") || take("=") || take(">") || take("%3a") || take("%3d") else { return nil }
        skipSpaces()
        _ = takeQuote()
        return value(16...SecretMask.longest) { Self.isTokenByte($0) || $0 == UInt8(ascii: "%") }
    }

    /// The credentials of `Authorization: Bearer …`.
    private mutating func authorization() -> Range<Int>? {
        _ = takeQuote()
        skipSpaces()
        guard take(":") || take("=") else { return nil }
        skipSpaces()
        _ = takeQuote()
        guard take("basic ") || take("bearer ") || take("token ") else { return nil }
        skipSpaces()
        return value(6...SecretMask.longest, Self.isTokenByte)
    }

    /// The password of `https://user:password@host`.
    private mutating func password() -> Range<Int>? {
        // Longer texts are not addresses. The limit bounds the work for each address of a text.
        let limit = min(bytes.count, position + 4_096)
        var start: Int?
        while position < limit {
            switch bytes[position] {
            case UInt8(ascii: "@"):
                guard let start, position > start else { return nil }
                return start..<position
            case UInt8(ascii: ":") where start == nil: start = position + 1
            case UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "\""), 0...0x20: return nil
            default: break
            }
            position += 1
        }
        return nil
    }

    // MARK: reading

    /// Consumes a word, given in lower case, in any case.
    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        let isHere = word.withUTF8Buffer { letters in
            for offset in 0..<count {
                let byte = bytes[position + offset]
                let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                if lower != letters[offset] { return false }
            }
            return true
        }
        if isHere { position += count }
        return isHere
    }

    private mutating func takeQuote() -> Bool {
        take("\"") || take("'") || take("\\\"") || take("%22") || take("&quot;")
    }

    private mutating func skipSpaces() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    private func value(_ count: ClosedRange<Int>, _ isPart: (UInt8) -> Bool) -> Range<Int>? {
        var end = position
        while end < bytes.count, end - position < count.upperBound, isPart(bytes[end]) { end += 1 }
        return end - position >= count.lowerBound ? position..<end : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || "+/=_.~-".utf8.contains(byte)
    }
}
