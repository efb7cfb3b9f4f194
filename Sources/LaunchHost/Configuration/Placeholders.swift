/// What a queue's template may hold inside its texts: macros `${run_id}` and template variables `{{gpus}}`.
///
/// `$${` stands for a literal `${`, and `\{{` for a literal `{{`. A `${` or `{{` that is never closed is text.
public enum Placeholders {
    /// A part of a text.
    public enum Piece: Sendable, Hashable {
        /// Text that stands for itself.
        case text(String)
        /// `${name}`; the name is whatever stands between the braces.
        case macro(String)
        /// `{{name}}`; white space around the name is left out.
        case variable(String)
    }

    /// The macros that a template may use.
    public static let macroNames = [
        "project_name", "entity_name", "run_id", "run_name", "image_uri", "author", "queue_name",
    ]

    /// Cuts a text into its pieces. Neighbouring text is one piece; no piece is an empty text.
    public static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var plain = ""
        var rest = Substring(text)
        func flush() {
            if !plain.isEmpty { pieces.append(.text(plain)) }
            plain = ""
        }
        while let character = rest.first {
            if rest.hasPrefix("$${") {
                plain += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("\\{{") {
                plain += "{{"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") {
                flush()
                pieces.append(.macro(String(rest.dropFirst(2)[..<end])))
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("{{"), let end = rest.firstRange(of: "}}") {
                flush()
                pieces.append(.variable(trimmed(rest.dropFirst(2)[..<end.lowerBound])))
                rest = rest[end.upperBound...]
            } else {
                plain.append(character)
                rest = rest.dropFirst()
            }
        }
        flush()
        return pieces
    }

    /// Whether the text holds a macro or a variable.
    public static func contains(_ text: String) -> Bool {
        guard text.contains("${") || text.contains("{{") else { return false }
        return pieces(of: text).contains {
            if case .text = $0 { false } else { true }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
