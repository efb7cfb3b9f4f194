/// Words as a shell cuts them: at white space outside of quotes.
struct ShellWords {
    /// The character that escapes the next one.
    var escape: Character

    /// The first word with its quotes still around, and what follows it; nil where there is none.
    func first(of text: Substring) -> (text: String, rest: Substring)? {
        let text = text.drop(while: \.isWhitespace)
        guard !text.isEmpty else { return nil }
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let open = quote {
                if character == escape, open == "\"" {
                    index = text.index(after: index)
                    if index == text.endIndex { break }
                } else if character == open {
                    quote = nil
                }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == escape {
                index = text.index(after: index)
                if index == text.endIndex { break }
            } else if character.isWhitespace {
                break
            }
            index = text.index(after: index)
        }
        return (String(text[..<index]), text[index...])
    }

    /// All words, with their quotes still around.
    func all(of text: String) -> [String] {
        var words: [String] = []
        var rest = Substring(text)
        while let word = first(of: rest) {
            words.append(word.text)
            rest = word.rest
        }
        return words
    }

    /// A word as the command would get it: without quotes and escapes.
    func unquoted(_ word: String) -> String {
        var result = ""
        var quote: Character?
        var isEscaped = false
        for character in word {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == escape, quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { result.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else {
                result.append(character)
            }
        }
        return result
    }
}
