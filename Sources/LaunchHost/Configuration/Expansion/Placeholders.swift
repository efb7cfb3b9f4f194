/// The placeholders in the texts of a queue's template: macros `${run_id}` and template variables `{{gpus}}`.
///
/// `$${` is a literal `${`, and `\{{` is a literal `{{`. A `${` or `{{` without a closing brace is text.
public enum Placeholders {
    /// A part of a text.
    public enum Piece: Sendable, Hashable {
        /// Literal text.
        case text(String)
        /// A macro `${name}`; the name is the text between the braces.
        case macro(String)
        /// A template variable `{{name}}`; white space around the name is removed.
        case variable(String)

        /// Whether it is a macro.
        var isMacro: Bool { if case .macro = self { true } else { false } }

        /// The piece as a template contains it, except for escapes and white space around a name.
        public var written: String {
            switch self {
            case .text(let text): text
            case .macro(let name): "${\(name)}"
            case .variable(let name): "{{\(name)}}"
            }
        }
    }

    /// The macros that a template may contain.
    public static let macroNames = [
        "project_name", "entity_name", "run_id", "run_name", "image_uri", "author", "queue_name",
    ]

    /// Splits a text into pieces. Adjacent text is one piece, and no piece is empty text.
    ///
    /// The time is proportional to the length of the text.
    public static func pieces(of text: String) -> [Piece] {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "{")) else { return text.isEmpty ? [] : [.text(text)] }
        // After these positions no placeholder is closed. Searching for the end of each would take quadratic time.
        let lastBrace = bytes.lastIndex(of: UInt8(ascii: "}")) ?? -1
        let lastPair = bytes.indices.dropLast().last { bytes[$0...].starts(with: "}}".utf8) } ?? -1
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        func flush() {
            if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
            plain = []
        }
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: "$${".utf8) || rest.starts(with: "\\{{".utf8) {
                plain += rest.dropFirst().prefix(2)
                index += 3
            } else if rest.starts(with: "${".utf8), index < lastBrace,
                let end = rest.firstIndex(of: UInt8(ascii: "}"))
            {
                flush()
                pieces.append(.macro(String(decoding: bytes[(index + 2)..<end], as: UTF8.self)))
                index = end + 1
            } else if rest.starts(with: "{{".utf8), index + 2 <= lastPair,
                let end = ((index + 2)...lastPair).first(where: { bytes[$0...].starts(with: "}}".utf8) })
            {
                flush()
                pieces.append(.variable(trimmed(String(decoding: bytes[(index + 2)..<end], as: UTF8.self)[...])))
                index = end + 2
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        flush()
        return pieces
    }

    /// Whether the text contains a macro or a template variable.
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
