/// A listing in columns. On a terminal the columns are aligned and cut to its width. Anywhere else they are separated by one
/// tab, and no value is shortened.
public struct Table: Sendable {
    /// The alignment of the values in their column.
    public enum Alignment: Sendable {
        /// For words.
        case left
        /// For numbers.
        case right
    }

    /// One column.
    public struct Column: Sendable {
        /// The heading.
        public var heading: String
        /// The alignment of the values.
        public var alignment: Alignment
        /// Whether values may be shortened. False for values that are useful only as a whole, such as a run ID.
        public var mayTruncate: Bool

        public init(_ heading: String, _ alignment: Alignment = .left, mayTruncate: Bool = true) {
            self.heading = heading
            self.alignment = alignment
            self.mayTruncate = mayTruncate
        }
    }

    /// One value. Control characters in it are escaped.
    public struct Cell: Sendable, ExpressibleByStringInterpolation {
        let text: String
        let style: Palette.Style?

        /// A value with an optional style for terminals.
        public init(_ text: String, _ style: Palette.Style? = nil) {
            self.text = Terminal.printable(text).replacingTabs()
            self.style = style
        }

        /// A value without a style.
        public init(stringLiteral text: String) {
            self.init(text)
        }
    }

    /// The columns, from left to right.
    public let columns: [Column]
    private var rows: [[Cell]] = []

    /// A table without rows.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row. Missing values are blank; values beyond the last column are ignored.
    public mutating func add(_ cells: [Cell]) {
        let row = cells.prefix(columns.count)
        rows.append(Array(row) + Array(repeating: "", count: columns.count - row.count))
    }

    /// The number of rows.
    public var count: Int { rows.count }

    /// The lines without styles and without a final line feed. `width` is in columns; nil shortens nothing.
    public func text(width: Int? = nil, ellipsis: Character = "…") -> String {
        styled(width: width, ellipsis: ellipsis).plain
    }

    /// The lines for a program, without a final line feed: one tab between the columns, and no blanks that align them.
    public var tabSeparated: String {
        ([columns.map(\.heading)] + rows.map { $0.map(\.text) }).map { $0.joined(separator: "\t") }
            .joined(separator: "\n")
    }

    /// The lines without a final line feed. `width` is in columns; nil shortens nothing.
    public func styled(width: Int? = nil, ellipsis: Character = "…") -> Styled {
        let widths = columnWidths(fitting: width)
        let headings = columns.map { Cell($0.heading, .bold) }
        return ([headings] + rows).map { line($0, widths, ellipsis) }.joined(separator: "\n")
    }

    private func line(_ row: [Cell], _ widths: [Int], _ ellipsis: Character) -> Styled {
        var line: Styled = ""
        // Spaces are written only before a value, so a row has no trailing spaces.
        var space = ""
        for (index, cell) in row.enumerated() {
            let cut = cell.text.truncated(to: widths[index], mark: ellipsis)
            let padding = String(repeating: " ", count: widths[index] - cut.displayWidth)
            let isRight = columns[index].alignment == .right
            if isRight { space += padding }
            if !cut.allSatisfy({ $0 == " " }) {
                line += Styled(space) + Styled(cut, cell.style)
                space = isRight ? "" : padding
            } else {
                space += cut + (isRight ? "" : padding)
            }
            space += Self.gap
        }
        return line
    }

    private static let gap = "  "
    private static let narrowestColumn = 6

    private func columnWidths(fitting width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].heading.displayWidth) { max($0, $1[index].text.displayWidth) }
        }
        guard let width else { return widths }
        let available = width - Self.gap.count * max(0, columns.count - 1)
        var excess = widths.reduce(0, +) - available
        // The widest column shrinks first, down to the width of the next one, so that narrow columns stay complete.
        while excess > 0 {
            let shrinkable = columns.indices.filter { columns[$0].mayTruncate && widths[$0] > Self.narrowestColumn }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}

extension Terminal {
    /// Writes a table to standard output: cut to the width of a terminal, or separated by tabs if the output is not a
    /// terminal.
    /// - Parameter isPart: whether the table is a part of a page for people, which has aligned columns everywhere.
    public func out(_ table: Table, isPart: Bool = false) throws(OutputError) {
        if isPart, !outputIsTTY { return try out(table.styled()) }
        // The cells are printable already.
        guard outputIsTTY else { return try out(raw: table.tabSeparated + "\n") }
        try out(table.styled(width: width, ellipsis: usesUnicode ? "…" : ">"))
    }
}

extension String {
    /// Replaces tabs by spaces, because the width of a tab depends on its column.
    fileprivate func replacingTabs() -> String {
        String(map { $0 == "\t" ? " " : $0 })
    }
}
