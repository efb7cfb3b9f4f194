/// Splits a command line into words by the quoting rules of a POSIX shell. Nothing is expanded.
package enum CommandWords {
    /// Why a line cannot be split.
    package enum Fault: Error, Hashable {
        /// A quote is not closed. `column` counts Unicode scalars from 1.
        case openQuote(Character, column: Int)
        /// The line ends with a backslash that quotes no character.
        case trailingBackslash

        /// The fault as the end of a sentence; the line is its subject.
        package var description: String {
            switch self {
            case .openQuote(let quote, let column): "has an open quote (\(quote)) at column \(column)"
            case .trailingBackslash: "ends with a backslash that quotes nothing"
            }
        }
    }

    /// The characters that a backslash quotes between double quotes in Python's `shlex`, which AWS's tools use to split
    /// lines of their files.
    package static let shlexEscapes: Set<Unicode.Scalar> = ["\"", "\\"]

    /// The words of a line. Quotes and backslashes are removed; an empty quoted text is a word.
    ///
    /// POSIX.1-2017, Shell Command Language, 2.2: between single quotes every character is literal; between double
    /// quotes a backslash quotes only `$`, a backquote, `"`, another backslash and a line break.
    /// - Parameter escapedInDoubleQuotes: the characters that a backslash quotes between double quotes.
    package static func split(
        _ line: String, escapedInDoubleQuotes: Set<Unicode.Scalar> = ["$", "`", "\"", "\\", "\n"]
    ) throws(Fault) -> [String] {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: (mark: Unicode.Scalar, column: Int)?
        var column = 0
        var scalars = line.unicodeScalars.makeIterator()
        func append(_ scalar: Unicode.Scalar) {
            var open = word ?? String.UnicodeScalarView()
            word = nil
            open.append(scalar)
            word = open
        }
        while let scalar = scalars.next() {
            column += 1
            if scalar == "\\", quote?.mark != "'" {
                guard let next = scalars.next() else {
                    if let quote { throw .openQuote(Character(quote.mark), column: quote.column) }
                    throw .trailingBackslash
                }
                column += 1
                if quote == nil || escapedInDoubleQuotes.contains(next) {
                    // A quoted line break joins the two lines.
                    if next != "\n" { append(next) }
                } else {
                    append(scalar)
                    append(next)
                }
            } else if let open = quote {
                if scalar == open.mark { quote = nil } else { append(scalar) }
            } else if scalar == "\"" || scalar == "'" {
                quote = (scalar, column)
                word = word ?? String.UnicodeScalarView()
            } else if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                if let word { words.append(String(word)) }
                word = nil
            } else {
                append(scalar)
            }
        }
        if let quote { throw .openQuote(Character(quote.mark), column: quote.column) }
        if let word { words.append(String(word)) }
        return words
    }
}
