/// Parses the part of shell grammar that examples in help use.
enum ExampleLine {
    /// The words after the program's name, up to a pipe, a redirection or the next command. Nil if the program is not
    /// called, or if a quote is not closed. Calls in `$(...)` and `<(...)` count.
    static func words(of line: String, program: String) -> [String]? {
        guard let words = split(line), let start = words.firstIndex(where: { bare($0) == program }) else { return nil }
        let after = words[(start + 1)...]
        let isNested = words[start] != program
        var taken: [String] = []
        // A command substitution is one word of the line.
        var isFilledIn = false
        for word in after {
            if isFilledIn {
                isFilledIn = !word.hasSuffix(")")
                continue
            }
            if word.hasPrefix("$(") || word.hasPrefix("<(") {
                taken.append(word)
                isFilledIn = !word.hasSuffix(")")
                continue
            }
            if ["|", ">", ">>", "<", "&&", "||", ";", "&"].contains(word) { break }
            if isNested, word.hasSuffix(")") {
                taken.append(String(word.dropLast()))
                break
            }
            taken.append(word)
        }
        return taken
    }

    private static func bare(_ word: String) -> String {
        for opening in ["$(", "<("] {
            if let range = word.firstRange(of: opening) { return String(word[range.upperBound...]) }
        }
        return word
    }

    private static func split(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                word.map { words.append($0) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        word.map { words.append($0) }
        return quote == nil ? words : nil
    }
}
