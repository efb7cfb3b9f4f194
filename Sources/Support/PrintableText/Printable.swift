/// Text from outside (job logs, file names, messages of a backend) made safe for a terminal.
///
/// Control characters can move the cursor, set the title, write to the clipboard or hide text. Bidirectional controls,
/// tag characters and invisible spaces disguise text. Each of them is replaced by a visible escape, such as `\x1b`
/// or `\u{202e}`. Escapes contain only safe characters, so a second pass changes nothing.
public enum Printable {
    /// The text as one line. Line feeds are escaped too; tabs are kept.
    public static func line(_ text: String) -> String {
        escaped(text) { $0 == "\t" ? nil : escape($0) }
    }

    /// The text with its line feeds. A carriage return before a line feed is removed. Any other carriage return is
    /// escaped, because it would let the text overwrite itself.
    public static func lines(_ text: String) -> String {
        escaped(withLineFeeds(text, alone: "\r")) { $0 == "\t" || $0 == "\n" ? nil : escape($0) }
    }

    /// Output of a job. Like ``lines(_:)``, but a carriage return begins a new line, so that every state of a progress
    /// bar stays readable.
    public static func log(_ text: String) -> String {
        escaped(withLineFeeds(text, alone: "\n")) { $0 == "\t" || $0 == "\n" ? nil : escape($0) }
    }

    /// A JSON document without such characters: in its strings they become `\u202e`, which has the same value for a
    /// parser. JSON encoders escape C0 themselves.
    public static func json(_ document: String) -> String {
        escaped(document) { scalar in
            guard scalar.value >= 0x7F else { return nil }
            return scalar.utf16Units.map { "\\u" + hex(UInt32($0), width: 4) }.joined()
        }
    }

    /// Whether a terminal may interpret the character, or a reader cannot see it. True for the tab and the line feed
    /// too.
    public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1.
        case 0x00...0x1F, 0x7F...0x9F: true
        // Bidirectional marks, embeddings, overrides and isolates; line and paragraph separators.
        case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x206F: true
        // Invisible characters. The joiners U+200C and U+200D are allowed: Persian text and emoji need them.
        case 0x180E, 0x200B, 0x2060...0x2065, 0xFEFF, 0xFFF9...0xFFFB: true
        // Tag characters, which spell invisible text.
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case _ where scalar.value < 0x100: "\\x" + hex(scalar.value, width: 2)
        default: "\\u{\(hex(scalar.value, width: 4))}"
        }
    }

    private static func hex(_ number: UInt32, width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `replacement` returns nil for an unsafe character that is kept.
    private static func escaped(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar), let escape = replacement(scalar) {
                safe.append(contentsOf: escape.unicodeScalars)
            } else {
                safe.append(scalar)
            }
        }
        return String(safe)
    }

    private static func withLineFeeds(_ text: String, alone: Unicode.Scalar) -> String {
        guard text.unicodeScalars.contains("\r") else { return text }
        var result = String.UnicodeScalarView()
        var isHeld = false
        for scalar in text.unicodeScalars {
            if isHeld, scalar != "\n" { result.append(alone) }
            isHeld = scalar == "\r"
            if !isHeld { result.append(scalar) }
        }
        if isHeld { result.append(alone) }
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var utf16Units: [UInt16] { Array(String(self).utf16) }
}
