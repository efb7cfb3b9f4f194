internal import PrintableText

/// How messages quote and join what users wrote.
public enum Wording {
    /// The text in double quotes, shortened, with nothing in it that a terminal would obey.
    public static func quoted(_ text: String) -> String {
        "\"\(shortened(text))\""
    }

    /// The text, at most 60 characters of it, with nothing in it that a terminal would obey.
    public static func shortened(_ text: String) -> String {
        // Only what can be shown is looked at: the text may be a whole file.
        let visible = visible(String(text.unicodeScalars.prefix(200)))
        return visible.count > 60 ? "\(visible.prefix(57))..." : visible
    }

    /// The text as one line, in which control characters and tabs are visible escapes.
    public static func visible(_ text: String) -> String {
        Printable.line(text).replacing("\t", with: "\\t")
    }

    /// `a`, `a or b`, `a, b or c`.
    public static func either(_ words: [String]) -> String { joined(words, "or") }
    /// `a`, `a and b`, `a, b and c`.
    public static func all(_ words: [String]) -> String { joined(words, "and") }

    private static func joined(_ words: [String], _ last: String) -> String {
        guard let final = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(last) \(final)"
    }

    /// `1 error`, `2 errors`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
