/// The text of tags, by the rules that AWS's services share.
public enum TagText {
    /// The longest value of a tag, in characters.
    public static let longest = 256

    /// Keeps letters, spaces, numbers and `_.:/=+-@` (`API_Tag`); a character without any of them becomes `_`.
    ///
    /// The service checks Unicode scalars and refuses combining marks. Of a letter with marks, as in Hindi, Thai and
    /// decomposed text, only the letter is kept.
    public static func clean(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for character in text {
            let kept = character.unicodeScalars.filter(isAllowed)
            clean.append(contentsOf: kept.isEmpty ? "_".unicodeScalars : kept)
        }
        return String(String.UnicodeScalarView(clean.prefix(longest)))
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if "_.:/=+-@".unicodeScalars.contains(scalar) { return true }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }
}
