internal import Console

/// What is known of one thing: a name and a value a line, the values below each other.
struct Facts {
    private var rows: [(name: String, value: String)] = []

    /// Adds a line; nothing where there is no value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { rows.append((name, value)) }
    }

    /// The lines without the last one's end.
    func text(_ palette: Palette) -> String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let space = String(repeating: " ", count: width - row.name.count)
            return "\(palette(.bold, row.name))\(space)  \(Terminal.printable(row.value))"
        }.joined(separator: "\n")
    }
}

extension Terminal {
    /// Writes facts to standard output.
    func out(_ facts: Facts) throws(OutputError) {
        try out(facts.text(colours))
    }
}
