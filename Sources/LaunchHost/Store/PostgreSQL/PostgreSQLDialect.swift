/// A statement of the store's calls in PostgreSQL's dialect.
struct PostgreSQLDialect: Sendable, Hashable {
    /// The text, with `$1` for the first of `parameters`.
    var text = ""
    /// The positions of its parameters among the values of the call, from 0. A value that the text does not use is not
    /// sent, because the server could not infer its type.
    var parameters: [Int] = []

    /// Translates a statement: `$1` for `?` and `?1`, lists by `jsonb_array_elements_text`, and without SQLite's hints of
    /// an index. A `?` without a number has the number after the highest one before it, as in SQLite.
    ///
    /// Text in quotation marks is not changed. Outside of it, a statement of the store contains no other `?`.
    init(_ sql: String) {
        let plain = sql.replacing(/\ INDEXED BY \w+/, with: "")
            .replacing(/SELECT value FROM json_each\((\?\d*)\)/) { match in
                "SELECT jsonb_array_elements_text(\(match.1)::jsonb)"
            }
        var highest = 0
        var isQuoted = false
        var rest = plain[...]
        while let character = rest.popFirst() {
            if character == "'" { isQuoted.toggle() }
            guard character == "?", !isQuoted else {
                text.append(character)
                continue
            }
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let number = Int(digits) ?? highest + 1
            highest = max(highest, number)
            if !parameters.contains(number - 1) { parameters.append(number - 1) }
            text += "$\((parameters.firstIndex(of: number - 1) ?? 0) + 1)"
        }
    }
}
