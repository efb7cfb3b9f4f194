internal import LaunchConsole

/// Names and values, one pair per line, with aligned values.
struct Facts {
    private var rows: [(name: String, value: String)] = []

    /// Adds a line unless the value is nil.
    mutating func add(_ name: String, _ value: String?) {
        if let value { rows.append((name, value)) }
    }

    /// The lines, indented by `indent` spaces, without a final line feed.
    func styled(indent: Int = 0) -> Styled {
        let margin = Styled(String(repeating: " ", count: indent))
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let space = String(repeating: " ", count: width - row.name.count)
            return margin + Styled(row.name, .bold) + "\(space)  \(row.value)"
        }.joined(separator: "\n")
    }
}

extension Terminal {
    /// Writes facts to standard output.
    func out(_ facts: Facts) throws(OutputError) {
        try out(facts.styled())
    }
}
