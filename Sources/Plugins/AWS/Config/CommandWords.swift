/// Splits a line into words as a POSIX shell would, without doing anything else that a shell does.
enum CommandWords {
    /// The words; nil where a quote is not closed or a backslash ends the line.
    static func split(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = line.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case ("\\", nil):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            case ("\\", .some("\"")):
                guard let next = characters.next() else { return nil }
                // In double quotes a backslash is special before another and before a quote only.
                word = (word ?? "") + (next == "\\" || next == "\"" ? String(next) : "\\\(next)")
            case (_, .some(let open)) where character == open:
                quote = nil
            case (_, .some):
                word = (word ?? "") + String(character)
            case ("\"", nil), ("'", nil):
                quote = character
                word = word ?? ""
            case (_, nil) where character == " " || character == "\t" || character.isNewline:
                if let word { words.append(word) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return words + [word].compactMap(\.self)
    }
}
