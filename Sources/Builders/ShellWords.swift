/// Splits text into words as a shell does: at white space outside quotes.
struct ShellWords {
    /// The character that escapes the next one.
    var escape: Character

    /// The first word, with its quotes, and the text after it; nil for blank text.
    func first(of text: Substring) -> (text: String, rest: Substring)? {
        let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        guard !scalars.isEmpty else { return nil }
        var quote: Unicode.Scalar?
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if let open = quote {
                if isEscape(scalar), open == "\"" {
                    index = scalars.index(after: index)
                    if index == scalars.endIndex { break }
                } else if scalar == open {
                    quote = nil
                }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
            } else if isEscape(scalar) {
                index = scalars.index(after: index)
                if index == scalars.endIndex { break }
            } else if scalar.properties.isWhitespace {
                break
            }
            index = scalars.index(after: index)
        }
        return (String(scalars[..<index]), Substring(scalars[index...]))
    }

    // Docker parses a Dockerfile rune by rune. A combining mark after a quote, or a carriage return before a line feed,
    // must not hide them.
    private func isEscape(_ scalar: Unicode.Scalar) -> Bool { escape.unicodeScalars.first == scalar }

    /// All words, with their quotes.
    func all(of text: String) -> [String] {
        var words: [String] = []
        var rest = Substring(text)
        while let word = first(of: rest) {
            words.append(word.text)
            rest = word.rest
        }
        return words
    }

    /// A word as the command receives it: without quotes and escapes.
    func unquoted(_ word: String) -> String {
        var result = String.UnicodeScalarView()
        var quote: Unicode.Scalar?
        var isEscaped = false
        for scalar in word.unicodeScalars {
            if isEscaped {
                result.append(scalar)
                isEscaped = false
            } else if isEscape(scalar), quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if scalar == open { quote = nil } else { result.append(scalar) }
            } else if scalar == "\"" || scalar == "'" {
                quote = scalar
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
