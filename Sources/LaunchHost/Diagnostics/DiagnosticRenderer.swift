/// Writes diagnostics for people: `FILE:LINE:COLUMN: MESSAGE`, the source line, a caret under the place, and the hint.
public struct DiagnosticRenderer: Sendable {
    /// What a piece of the output is, for whoever colours it.
    public enum Part: Sendable {
        /// `FILE:LINE:COLUMN:`
        case place
        /// The word `error:` or the message of one.
        case error
        /// The word `warning:`.
        case warning
        /// The source line with its number.
        case source
        /// The caret.
        case caret
        /// The hint.
        case hint
    }

    private let style: @Sendable (Part, String) -> String
    private static let widest = 100

    /// A renderer; `style` may add colours to a piece, and must not change its text otherwise.
    public init(style: @escaping @Sendable (Part, String) -> String = { $1 }) {
        self.style = style
    }

    /// All diagnostics in the order of their places, and a line that counts them. Empty where there are none.
    public func render(_ diagnostics: [Diagnostic]) -> String {
        guard !diagnostics.isEmpty else { return "" }
        let blocks = Self.sorted(diagnostics).map { render($0) }
        return (blocks + [Self.summary(diagnostics)]).joined(separator: "\n")
    }

    /// One diagnostic, without a line feed at the end.
    public func render(_ diagnostic: Diagnostic) -> String {
        var head = ""
        if let file = diagnostic.file {
            let position = [diagnostic.line, diagnostic.column].compactMap { $0.map(String.init) }
            head = style(.place, ([Wording.visible(file)] + position).joined(separator: ":") + ":") + " "
        }
        switch diagnostic.severity {
        case .warning: head += style(.warning, "warning:") + " "
        case .error: head += diagnostic.file == nil ? style(.error, "error:") + " " : ""
        }
        var lines = [head + Wording.visible(diagnostic.message)]
        if let source = diagnostic.sourceLine, let number = diagnostic.line, !source.isEmpty {
            let gutter = "  \(number) | "
            let excerpt = Self.excerpt(of: source, column: diagnostic.column ?? 1)
            lines.append(style(.source, gutter + excerpt.text))
            if diagnostic.column != nil {
                let margin = String(repeating: " ", count: gutter.count - 2)
                lines.append(style(.source, "\(margin)| ") + excerpt.indent + style(.caret, "^"))
            }
        }
        if let hint = diagnostic.hint {
            lines.append("  " + style(.hint, "hint: \(Wording.visible(hint))"))
        }
        return lines.joined(separator: "\n")
    }

    /// `2 errors, 1 warning`.
    public static func summary(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        var parts: [String] = []
        if errors > 0 { parts.append(Wording.count(errors, "error")) }
        if warnings > 0 { parts.append(Wording.count(warnings, "warning")) }
        return parts.isEmpty ? "no errors" : parts.joined(separator: ", ")
    }

    /// By file in the order in which the files come, then by place; those without a place come first.
    public static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var order: [String?: Int] = [:]
        for diagnostic in diagnostics where order[diagnostic.file] == nil { order[diagnostic.file] = order.count }
        func key(_ index: Int) -> (Int, Int, Int, Int) {
            let diagnostic = diagnostics[index]
            return (order[diagnostic.file] ?? 0, diagnostic.line ?? 0, diagnostic.column ?? 0, index)
        }
        return diagnostics.indices.sorted { key($0) < key($1) }.map { diagnostics[$0] }
    }

    /// One document for machines: `diagnostics`, each with its severity, message and place, and the two counts.
    /// - Throws: never in practice: every diagnostic can be encoded.
    public static func json(_ diagnostics: [Diagnostic]) throws -> JSONValue {
        let errors = diagnostics.count { $0.severity == .error }
        return .object([
            "diagnostics": .array(try sorted(diagnostics).map { try JSONValue(encoding: $0) }),
            "errors": .integer(Int64(errors)),
            "warnings": .integer(Int64(diagnostics.count - errors)),
        ])
    }

    /// The part of a line around a column, and the white space that puts a caret under it.
    private static func excerpt(of line: String, column: Int) -> (text: String, indent: String) {
        var text = ""
        var width = 0
        var caret: Int?
        var first = 0
        // A column counts Unicode scalars, as the parser does; a long line is shown from some way before the column.
        if line.unicodeScalars.count > widest, column > widest * 2 / 3 { first = column - widest / 2 }
        if first > 0 { (text, width) = ("...", 3) }
        for (index, scalar) in line.unicodeScalars.enumerated().dropFirst(first) {
            if index == column - 1 { caret = width }
            if width >= widest {
                text += "..."
                break
            }
            if scalar == "\t" {
                text += "    "
                width += 4
            } else if Wording.isControl(scalar) {
                text += "?"
                width += 1
            } else {
                text.unicodeScalars.append(scalar)
                width += DisplayWidth.of(scalar)
            }
        }
        return (text, String(repeating: " ", count: caret ?? width))
    }
}
