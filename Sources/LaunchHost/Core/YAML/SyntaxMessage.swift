/// Translates the errors of libyaml to messages that say what to do.
enum SyntaxMessage {
    /// The message, the hint and the position.
    static func explain(_ fault: YAMLEvents.Fault, in source: SourceText) -> TreeBuilder.Problem {
        if let tab = indentationTab(near: fault.mark.line, in: source) {
            return TreeBuilder.Problem(
                message: "a tab indents this line; YAML indents with spaces only",
                hint: "replace the tab with spaces", mark: tab)
        }
        let character = character(at: fault.mark, in: source)
        let (message, hint) = words(for: fault, character: character)
        let mark = inside(fault.mark, source)
        return TreeBuilder.Problem(message: message, hint: hint, mark: mark)
    }

    private static func words(for fault: YAMLEvents.Fault, character: Character?) -> (String, String?) {
        switch fault.problem {
        case "mapping values are not allowed in this context":
            return ("a \":\" is not expected here", "text that holds \": \" needs quotes; or the indentation is off")
        case "could not find expected ':'":
            return ("this key has no \":\" after it", "write \"key: value\", or put longer text in quotes")
        case "found character that cannot start any token":
            let found = character.map { Wording.quoted(String($0)) } ?? "this character"
            return ("\(found) cannot begin a value", "put the text in quotes")
        case "did not find expected key":
            return ("a key is expected here", "indent it as the keys above; or a quote or bracket above is not closed")
        case "did not find expected '-' indicator":
            return ("an item that begins with \"-\" is expected here", "indent the items of a list alike")
        case "did not find expected ',' or ']'":
            return ("a \",\" or a \"]\" is expected here", "close the list, or put text with brackets in quotes")
        case "did not find expected ',' or '}'":
            return ("a \",\" or a \"}\" is expected here", "close the mapping, or put text with braces in quotes")
        case "found unexpected end of stream":
            return ("the text ends in the middle of a quoted text", "close the quote")
        case "did not find expected <document start>":
            return ("this does not belong to the text before it", "a file is one mapping of \"key: value\" lines")
        case "block sequence entries are not allowed in this context":
            return ("a list cannot begin on this line", "put the first \"-\" on a line of its own below the key")
        case "found unknown escape character":
            return ("the escape after this \"\\\" is unknown", "write \"\\\\\" for a backslash, or use single quotes")
        case "found invalid Unicode character escape code":
            return ("the \\u escape is not a complete character", "write the character itself")
        case "did not find expected node content":
            return ("a value is expected here", nil)
        default:
            let context = fault.context.isEmpty ? "" : " (\(fault.context))"
            return ("this is not YAML: \(fault.problem)\(context)", nil)
        }
    }

    /// The first tab in the indentation of the line, or of one of the two lines before it: libyaml often reports a tab
    /// only at the next token.
    private static func indentationTab(near line: Int, in source: SourceText) -> Mark? {
        for number in stride(from: line, through: max(1, line - 2), by: -1) {
            guard source.lines.indices.contains(number - 1) else { continue }
            let text = source.lines[number - 1]
            let indent = text.prefix { $0 == " " || $0 == "\t" }
            guard indent.count < text.count, let tab = indent.firstIndex(of: "\t") else { continue }
            return Mark(line: number, column: indent.distance(from: indent.startIndex, to: tab) + 1)
        }
        return nil
    }

    private static func character(at mark: Mark, in source: SourceText) -> Character? {
        guard source.lines.indices.contains(mark.line - 1) else { return nil }
        let scalars = source.lines[mark.line - 1].unicodeScalars
        return scalars.dropFirst(mark.column - 1).first.map { Character($0) }
    }

    /// Moves a position after the last line to the end of the text. libyaml often reports the end of the file on a line
    /// that does not exist.
    private static func inside(_ mark: Mark, _ source: SourceText) -> Mark {
        guard mark.line > source.lines.count || source.lines[mark.line - 1].isEmpty else { return mark }
        let last = source.lines.prefix(mark.line).lastIndex { !$0.isEmpty } ?? 0
        guard source.lines.indices.contains(last) else { return mark }
        return Mark(line: last + 1, column: source.lines[last].unicodeScalars.count + 1)
    }
}
