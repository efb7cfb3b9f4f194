internal import LaunchPrintableText

/// Quotes and joins texts of users for messages.
package enum Wording {
    /// The text in double quotes, shortened. Control characters are escaped, so it cannot change the terminal.
    package static func quoted(_ text: String) -> String {
        "\"\(shortened(text))\""
    }

    /// The first 60 characters of the text at most. Control characters are escaped, so it cannot change the terminal.
    package static func shortened(_ text: String) -> String {
        // The text may be a whole file, so only the beginning is processed.
        let visible = visible(String(text.unicodeScalars.prefix(200)))
        return visible.count > 60 ? "\(visible.prefix(57))..." : visible
    }

    /// The text as one line, with control characters and tabs escaped.
    package static func visible(_ text: String) -> String {
        Printable.line(text).replacing("\t", with: "\\t")
    }

    /// Joins words with "or": `a`, `a or b`, `a, b or c`.
    package static func either(_ words: [String]) -> String { joined(words, "or") }
    /// Joins words with "and": `a`, `a and b`, `a, b and c`.
    package static func all(_ words: [String]) -> String { joined(words, "and") }

    private static func joined(_ words: [String], _ last: String) -> String {
        guard let final = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) \(last) \(final)"
    }

    /// A number with its noun: `1 error`, `2 errors`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
