internal import FoundationEssentials

/// One secret, and the encoded forms in which it can occur in text.
struct SecretForm: Hashable {
    /// How long a part of the secret must be to be masked.
    enum Kind: Hashable {
        /// A key, a token or a password: any part of ``SecretForm/window`` bytes is masked.
        case value
        /// A line of a file, which also contains ordinary words: parts of ``SecretForm/lineWindow`` bytes are masked.
        case line
    }

    /// The length in bytes of a part that is masked by itself.
    static let window = 12
    /// The length in bytes of a part of a file's line that is masked by itself.
    static let lineWindow = 32
    /// The length in bytes of the shortest text that is masked.
    package static let shortest = 6
    /// The length in bytes of the longest secret whose encoded forms are also searched for.
    static let longestEncoded = 16 * 1024

    package let text: String
    package let kind: Kind

    init(_ text: String, _ kind: Kind) {
        self.text =
            text.utf8.count > SecretMask.longest
            ? String(decoding: text.utf8.prefix(SecretMask.longest), as: UTF8.self) : text
        self.kind = kind
    }

    /// Whether the secret is long enough to be unlikely in ordinary text.
    var isSearchable: Bool { text.utf8.count >= Self.shortest }

    /// The length of the parts that are masked by themselves.
    var partLength: Int { kind == .value ? Self.window : Self.lineWindow }

    /// All byte sequences to search for. None contains a line break.
    var patterns: Set<[UInt8]> {
        var found: Set<String> = []
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }
        // A section header is an ordinary word.
        for line in lines where kind == .value || line.wholeMatch(of: /\[[^\]]*\]/) == nil {
            found.insert(line)
            guard text.utf8.count <= Self.longestEncoded else { continue }
            found.formUnion(Self.escapes(of: line))
            found.formUnion(Self.base64(Array(line.utf8)))
            // The login of a registry is sent as base64 of JSON.
            found.formUnion(Self.base64(Array(Self.jsonEscaped(line).utf8)))
        }
        if text.utf8.count <= Self.longestEncoded {
            found.formUnion(Self.base64(Array(text.utf8)))
        }
        return Set(found.filter(Self.isSearchable).map { Array($0.utf8) })
    }

    private static func isSearchable(_ text: String) -> Bool {
        let count = text.utf8.count
        guard count >= shortest else { return false }
        return count >= window || !text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The line in the escaped forms of URLs, JSON, XML and shells.
    private static func escapes(of line: String) -> [String] {
        let url = percentEncoded(line, keeping: "")
        let json = jsonEscaped(line)
        let xml = line.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return [
            url, percentEncoded(line, keeping: "/"), url.replacing("%20", with: "+"), lowerHex(url),
            // A canonical request of AWS encodes the values of a query a second time.
            percentEncoded(url, keeping: ""),
            json, json.replacing("/", with: "\\/"), json.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""),
            xml, xml.replacing("\"", with: "&quot;").replacing("'", with: "&#39;"),
            xml.replacing("\"", with: "&#34;").replacing("'", with: "&apos;"),
            line.replacing("'", with: "'\\''"), line.replacing("'", with: "'\"'\"'"),
            shellEscaped(line),
        ]
    }

    private static func jsonEscaped(_ line: String) -> String {
        line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\t", with: "\\t")
    }

    private static func percentEncoded(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isWord(byte) || "-._~".utf8.contains(byte) || kept.utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text with percent escapes in lower case: `%2f` for `%2F`.
    private static func lowerHex(_ encoded: String) -> String {
        var left = 0
        let bytes = encoded.utf8.map { byte -> UInt8 in
            if byte == UInt8(ascii: "%") {
                left = 2
                return byte
            }
            defer { left = max(0, left - 1) }
            return left > 0 && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text as `printf %q` writes it.
    private static func shellEscaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte < 0x80, !isWord(byte), !"-._/:=@%+,".utf8.contains(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// The part of the base64 text that depends only on these bytes, for each offset at which they can begin.
    private static func base64(_ bytes: [UInt8]) -> [String] {
        var found: [String] = []
        for offset in 0..<3 {
            let encoded = Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString()
            let skipped = [0, 2, 3][offset]
            let whole = (offset + bytes.count) * 8 / 6
            guard whole > skipped else { continue }
            let part = String(encoded.prefix(whole).dropFirst(skipped))
            found.append(part)
            found.append(part.replacing("+", with: "-").replacing("/", with: "_"))
        }
        return found
    }
}

extension SecretForm {
    /// The secret parts of the content of a file.
    static func forms(ofFile content: String) -> [SecretForm] {
        let content = String(decoding: content.utf8.prefix(SecretMask.longest), as: UTF8.self)
        let lines = content.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        // A file with a single word contains a token.
        if lines.count == 1, !lines[0].contains(where: \.isWhitespace) { return [SecretForm(lines[0], .value)] }
        var forms = [SecretForm(content, .line)]
        for line in lines {
            for match in line.matches(of: /:\/\/[^\/\s:@]*:([^\/\s@]+)@/) {
                forms.append(SecretForm(String(match.1), .value))
            }
            // A key or a token is a long word with letters and digits. In paths and host names, dots or slashes
            // separate only short words.
            for word in line.split(whereSeparator: { $0.isWhitespace || "=:@,;\"'".contains($0) })
            where word.utf8.count >= 16 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter) {
                forms.append(SecretForm(String(word), .value))
            }
            // The value in `password secret` and `password = secret`.
            if let match = line.firstMatch(
                of: /(?i)(?:password|passwd|token|secret|key)["']?\s*[:=\s]\s*["']?([^\s"',;]+)/)
            {
                forms.append(SecretForm(String(match.1), .value))
            }
        }
        return forms
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        var part = self[...]
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }
}
