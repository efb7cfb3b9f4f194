/// The value of a text that a user typed for an option such as `--param lr=0.1`.
///
/// A complete scalar of YAML 1.2's core schema, or a complete list or mapping in brackets, is that value; blanks around
/// it do not count. Every other text stays as typed, with its blanks. So `color=#ff0000`, `flag=-` and `title=run # 5`
/// are text. So is `007`: YAML 1.1 and 1.2 read it as different numbers, and as text it loses nothing.
package enum TypedText {
    /// Why a text is not a valid value.
    package struct Fault: Error, Hashable {
        /// The problem, as the end of a sentence; the option is its subject.
        package var message: String
        /// The text to type instead.
        package var hint: String
    }

    /// The value of `text`.
    /// - Throws: `Fault` if the text begins like a list or a mapping but is not one, or if it is a number that JSON
    ///   readers cannot represent.
    package static func value(of text: String) throws(Fault) -> JSONValue {
        let value = trimmed(text)
        guard let first = value.unicodeScalars.first else { return .string(text) }
        switch first {
        // A template variable of the queue stays text until the queue's values replace it.
        case "{" where value.prefixMatch(of: /\{\{\s*[A-Za-z_][A-Za-z0-9_-]*\s*\}\}/) != nil: return .string(text)
        case "[", "{": return try document(value, opening: first).jsonValue
        case "\"", "'":
            // A quote that is not closed, or is closed early, belongs to the text.
            guard let document = try? Document(text: value, name: "value", kind: .invalid), document.problems.isEmpty,
                case .scalar(let content, plain: false) = document.root.content
            else { return .string(text) }
            return .string(content)
        default:
            let scalar = try scalar(value)
            return scalar == .string(value) ? .string(text) : scalar
        }
    }

    /// Whether a text begins like a list.
    package static func isList(_ text: String) -> Bool { trimmed(text).hasPrefix("[") }

    /// The text without the blanks around it that JSON ignores.
    package static func trimmed(_ text: String) -> String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { " \t\r\n".unicodeScalars.contains(scalar) }
        var scalars = text.unicodeScalars[...]
        scalars = scalars.drop(while: isBlank)
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return String(scalars)
    }

    /// The items of a list as text, each as typed: `10` is "10" and `1.0` is "1.0".
    /// - Throws: `Fault` if the text is not a list, or an item is null, a list or a mapping.
    package static func words(ofList text: String) throws(Fault) -> [String] {
        let document = try document(trimmed(text), opening: "[")
        guard let items = document.root.items else { throw notComplete("[", nil) }
        var words: [String] = []
        for (index, item) in items.enumerated() {
            guard case .scalar(let word, _) = item.content, !item.isNull else {
                throw Fault(
                    message: "item \(index) is \(item.words), and each item must be text or a number",
                    hint: "put the item in double quotes")
            }
            words.append(word)
        }
        return words
    }

    private static func scalar(_ text: String) throws(Fault) -> JSONValue {
        let value = Scalar.value(ofPlain: text)
        guard case .string = value else { return value }
        func refused(_ message: String) -> Fault {
            Fault(message: message, hint: "for text, quote it twice: '\"\(Wording.shortened(text))\"'")
        }
        // An octal or hexadecimal number without a value is larger than the largest integer.
        if text.wholeMatch(of: /0o[0-7]+|0x[0-9a-fA-F]+/) != nil { throw refused("does not fit a 64-bit integer") }
        if let number = Double(text), text.allSatisfy({ $0.isASCII && !$0.isLetter || $0 == "e" || $0 == "E" }) {
            let isWhole = text.allSatisfy { $0.isNumber || $0 == "-" || $0 == "+" }
            if isWhole && number.magnitude >= 0x1p63 || !number.isFinite {
                throw refused(isWhole ? "does not fit a 64-bit integer" : "is too large for a number")
            }
        }
        return value
    }

    private static func document(_ text: String, opening: Unicode.Scalar) throws(Fault) -> Document {
        let document: Document
        do throws(LaunchError) {
            document = try Document(text: text, name: "value", kind: .invalid)
        } catch {
            throw notComplete(opening, error.diagnostics.last?.message)
        }
        if let problem = document.problems.first { throw notComplete(opening, problem.message) }
        return document
    }

    private static func notComplete(_ opening: Unicode.Scalar, _ reason: String?) -> Fault {
        let kind = opening == "[" ? "list" : "mapping"
        return Fault(
            message: "begins like a \(kind) and is not a complete one" + (reason.map { ": \($0)" } ?? ""),
            hint: "write valid JSON; for text that begins with \"\(opening)\", quote it twice: '\"\(opening)…\"'")
    }
}
