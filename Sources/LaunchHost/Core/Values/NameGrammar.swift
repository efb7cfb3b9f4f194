/// The grammar of names of people, projects and runs. Names become parts of paths, URIs, tags and names in backends.
package enum NameGrammar {
    /// The maximum number of characters of a name.
    static let longest = 128

    /// The allowed characters of a name, for messages.
    package static let hint =
        "Use 1 to \(longest) letters, digits, spaces, '.', '_', '-', '+', '@' and '=', beginning with a letter, a digit "
        + "or '_'."

    /// Why a text is not a valid name; nil if it is.
    package static func fault(in text: String) -> String? {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return "is empty" }
        guard text.count <= longest, text.utf8.count <= 4 * longest else {
            return "is longer than \(longest) characters"
        }
        guard isWord(first) || first == "_" else { return "begins with \(shown(first))" }
        if let wrong = text.unicodeScalars.first(where: { !isAllowed($0) }) { return "has \(shown(wrong))" }
        // File systems and URIs treat these as the parent folder or as nothing.
        if text.contains("..") { return "has '..'" }
        return last == " " || last == "." ? "ends in \(shown(last))" : nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", ".", "_", "-", "+", "@", "=": true
        default: isWord(scalar)
        }
    }

    /// Letters and digits of any script, and combining marks.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar == " " ? "a space" : "'\(Wording.visible(String(scalar)))'"
    }
}
