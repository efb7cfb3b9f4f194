/// Wraps text to a width.
package enum TextLayout {
    /// The lines of a text, each at most `width` columns if no word is longer. Empty lines and lines that begin with a
    /// space are kept; other adjacent lines form one paragraph.
    package static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var paragraph: [Substring] = []
        func flush() {
            lines += fill(paragraph, width)
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty || line.first == " " {
                flush()
                lines.append(String(line))
            } else {
                paragraph += line.split(separator: " ")
            }
        }
        flush()
        return lines
    }

    /// Aligned rows with the term on the left and its explanation on the right. A term that is too long gets its own
    /// line.
    static func list(_ rows: [(term: String, text: String)], width: Int, term style: Palette.Style) -> [Styled] {
        let longest = rows.map(\.term.displayWidth).filter { $0 <= widestTerm }.max() ?? 0
        let indent = longest + 4
        return rows.flatMap { row -> [Styled] in
            let text = wrap(row.text, to: max(20, width - indent))
            let fits = row.term.displayWidth <= longest
            let space = String(repeating: " ", count: max(0, longest - row.term.displayWidth))
            let begun = fits ? text.first.map { Styled("\(space)  \($0)") } : nil
            let first = "  " + Styled(row.term, style) + (begun ?? "")
            let others = fits ? text.dropFirst() : text[...]
            return [first] + others.map { Styled(String(repeating: " ", count: indent) + $0) }
        }
    }

    private static let widestTerm = 32

    private static func fill(_ words: [Substring], _ width: Int) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in words {
            if !current.isEmpty, current.displayWidth + 1 + String(word).displayWidth > width {
                lines.append(current)
                current = ""
            }
            current += (current.isEmpty ? "" : " ") + word
        }
        return current.isEmpty ? lines : lines + [current]
    }
}
