internal import LaunchPrintableText

/// Formats diagnostics for people: `FILE:LINE:COLUMN: MESSAGE`, the source line, a caret under the position, and the
/// hint.
package struct DiagnosticRenderer: Sendable {
    /// The parts of the output, for a caller that gives each its own style.
    package enum Part: Sendable {
        /// The position: `FILE:LINE:COLUMN:`.
        case place
        /// The word `error:`, or the message of an error.
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

    /// A piece of the output. Its text may end with line feeds.
    package struct Piece: Sendable, Equatable {
        /// The part that the piece belongs to; nil for the message and for text between the parts.
        package var part: Part?
        /// The text, in which every control character is escaped.
        package var text: String

        init(_ part: Part?, _ text: String) {
            self.part = part
            self.text = text
        }
    }

    private static let widest = 100

    package init() {}

    /// All diagnostics, sorted by position, followed by a line with their numbers. Empty if there are none.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        guard !diagnostics.isEmpty else { return "" }
        let blocks = Self.sorted(diagnostics).map { render($0) }
        return (blocks + [Self.summary(diagnostics)]).joined(separator: "\n")
    }

    /// One diagnostic, without a final line feed.
    package func render(_ diagnostic: Diagnostic) -> String {
        pieces(of: diagnostic).map(\.text).joined()
    }

    /// The pieces of one diagnostic, for a caller that gives each part its own style.
    package func pieces(of diagnostic: Diagnostic) -> [Piece] {
        var pieces: [Piece] = []
        if let file = diagnostic.file {
            let position = [diagnostic.line, diagnostic.column].compactMap { $0.map(String.init) }
            pieces.append(Piece(.place, ([Wording.visible(file)] + position).joined(separator: ":") + ":"))
            pieces.append(Piece(nil, " "))
        }
        switch diagnostic.severity {
        case .warning: pieces += [Piece(.warning, "warning:"), Piece(nil, " ")]
        case .error: pieces += diagnostic.file == nil ? [Piece(.error, "error:"), Piece(nil, " ")] : []
        }
        pieces.append(Piece(nil, Wording.visible(diagnostic.message)))
        if let source = diagnostic.sourceLine, let number = diagnostic.line, !source.isEmpty {
            let gutter = "  \(number) | "
            let excerpt = Self.excerpt(of: source, column: diagnostic.column ?? 1)
            pieces += [Piece(nil, "\n"), Piece(.source, gutter + excerpt.text)]
            if diagnostic.column != nil {
                let margin = String(repeating: " ", count: gutter.count - 2)
                pieces += [Piece(nil, "\n"), Piece(.source, "\(margin)| ")]
                pieces += [Piece(nil, excerpt.indent), Piece(.caret, "^")]
            }
        }
        if let hint = diagnostic.hint {
            pieces += [Piece(nil, "\n  "), Piece(.hint, "hint: \(Wording.visible(hint))")]
        }
        return pieces
    }

    /// The numbers of errors and warnings: `2 errors, 1 warning`.
    package static func summary(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        var parts: [String] = []
        if errors > 0 { parts.append(Wording.count(errors, "error")) }
        if warnings > 0 { parts.append(Wording.count(warnings, "warning")) }
        return parts.isEmpty ? "no errors" : parts.joined(separator: ", ")
    }

    /// Sorts by file, in the order in which the files first occur, then by position. Diagnostics without a position
    /// come first.
    package static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var order: [String?: Int] = [:]
        for diagnostic in diagnostics where order[diagnostic.file] == nil { order[diagnostic.file] = order.count }
        func key(_ index: Int) -> (Int, Int, Int, Int) {
            let diagnostic = diagnostics[index]
            return (order[diagnostic.file] ?? 0, diagnostic.line ?? 0, diagnostic.column ?? 0, index)
        }
        return diagnostics.indices.sorted { key($0) < key($1) }.map { diagnostics[$0] }
    }

    /// The diagnostics as a JSON document: `diagnostics`, each with its severity, message and position, and the two
    /// counts.
    /// - Throws: never in practice, because every diagnostic can be encoded.
    package static func json(_ diagnostics: [Diagnostic]) throws -> JSONValue {
        let errors = diagnostics.count { $0.severity == .error }
        return .object([
            "diagnostics": .array(try sorted(diagnostics).map { try JSONValue(encoding: $0) }),
            "errors": .integer(Int64(errors)),
            "warnings": .integer(Int64(diagnostics.count - errors)),
        ])
    }

    /// The part of a line around a column, and the white space that places a caret under the column.
    private static func excerpt(of line: String, column: Int) -> (text: String, indent: String) {
        var text = ""
        var width = 0
        var caret: Int?
        var first = 0
        // A column counts Unicode scalars, as the parser does. The excerpt of a long line begins some characters before
        // the column.
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
            } else if Printable.isUnsafe(scalar) {
                let escape = Printable.line(String(scalar))
                text += escape
                width += escape.count
            } else {
                text.unicodeScalars.append(scalar)
                width += DisplayWidth.of(scalar)
            }
        }
        return (text, String(repeating: " ", count: caret ?? width))
    }
}
