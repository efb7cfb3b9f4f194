/// The text of a Swift file without its comments: code and string literals.
enum SwiftCode {
    private enum Mode {
        /// Code; inside an interpolation, with the number of its open parentheses.
        case code(parentheses: Int)
        /// A string literal with this many `#`.
        case string(hashes: Int, isMultiline: Bool)
    }

    /// The lines of the file, each without its comments.
    static func lines(_ text: String) -> [String] {
        var lines = [""]
        var modes = [Mode.code(parentheses: 0)]
        let characters = Array(text)
        var index = 0
        func starts(_ word: String, at place: Int) -> Bool {
            characters[place...].starts(with: word)
        }
        func take(_ count: Int) {
            for character in characters[index..<min(index + count, characters.count)] {
                if character.isNewline { lines.append("") } else { lines[lines.count - 1].append(character) }
            }
            index += count
        }
        while index < characters.count {
            let hashes = characters[index...].prefix { $0 == "#" }.count
            switch modes[modes.count - 1] {
            case .code where starts("//", at: index):
                index += characters[index...].prefix { !$0.isNewline }.count
            case .code where starts("/*", at: index):
                var depth = 0
                repeat {
                    if starts("/*", at: index) { depth += 1 } else if starts("*/", at: index) { depth -= 1 }
                    let isMark = starts("/*", at: index) || starts("*/", at: index)
                    if characters[index].isNewline { lines.append("") }
                    index += isMark ? 2 : 1
                } while depth > 0 && index < characters.count
            case .code where index + hashes < characters.count && characters[index + hashes] == "\"":
                let isMultiline = starts("\"\"\"", at: index + hashes)
                modes.append(.string(hashes: hashes, isMultiline: isMultiline))
                take(hashes + (isMultiline ? 3 : 1))
            case .code(let open):
                if modes.count > 1, characters[index] == "(" { modes[modes.count - 1] = .code(parentheses: open + 1) }
                if modes.count > 1, characters[index] == ")" {
                    if open == 1 { modes.removeLast() } else { modes[modes.count - 1] = .code(parentheses: open - 1) }
                }
                take(1)
            case .string(let count, let isMultiline):
                let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: count)
                let escape = "\\" + String(repeating: "#", count: count)
                if starts(escape + "(", at: index) {
                    modes.append(.code(parentheses: 1))
                    take(count + 2)
                } else if starts(escape, at: index) {
                    take(count + 2)
                } else if starts(end, at: index) || (!isMultiline && characters[index].isNewline) {
                    modes.removeLast()
                    take(characters[index].isNewline ? 1 : end.count)
                } else {
                    take(1)
                }
            }
        }
        return lines
    }
}
