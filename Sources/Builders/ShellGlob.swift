/// A pattern of a shell's parameter expansion, such as `v*` in `${TAG#v*}`. `*` and `?` are wildcards; all other
/// characters are literal.
///
/// The matcher follows all alternatives in parallel. Its time is bounded by pattern length times text length, so the
/// author of a Dockerfile cannot cause exponential time.
struct ShellGlob {
    private enum Step: Equatable {
        case literal(Character)
        case one
        case many
    }

    /// The most characters of an edited value, and of a replacement. Image names are shorter.
    static let longestText = 256
    /// The most characters of a pattern.
    static let longestPattern = 32

    private let steps: [Step]

    init(_ pattern: String) {
        steps = pattern.map { character in
            switch character {
            case "*": .many
            case "?": .one
            default: .literal(character)
            }
        }
    }

    /// The text without its shortest or longest matching prefix.
    func withoutPrefix(of text: String, longest: Bool) -> String {
        let characters = Array(text)
        guard let ends = ends(in: characters, from: 0) else { return text }
        return String(characters[(longest ? ends.longest : ends.shortest)...])
    }

    /// The text without its shortest or longest matching suffix.
    func withoutSuffix(of text: String, longest: Bool) -> String {
        let characters = Array(text)
        let starts = longest ? Array(0...characters.count) : (0...characters.count).reversed()
        let start = starts.first { ends(in: characters, from: $0)?.longest == characters.count }
        return start.map { String(characters[..<$0]) } ?? text
    }

    /// The text with its first match, or every match, replaced. A match is the longest at its position, and not empty.
    func replacing(in text: String, with replacement: String, all: Bool) -> String {
        let characters = Array(text)
        var result = ""
        var position = 0
        while position < characters.count {
            guard let end = ends(in: characters, from: position)?.longest, end > position else {
                result.append(characters[position])
                position += 1
                continue
            }
            result += replacement
            position = end
            if !all { break }
        }
        return result + String(characters[position...])
    }

    /// The ends of the shortest and the longest match that begin at `start`; nil without a match.
    private func ends(in text: [Character], from start: Int) -> (shortest: Int, longest: Int)? {
        var active = [Bool](repeating: false, count: steps.count + 1)
        enter(0, &active)
        var found: (shortest: Int, longest: Int)?
        var position = start
        while true {
            if active[steps.count] { found = (found?.shortest ?? position, position) }
            guard position < text.count, active.contains(true) else { return found }
            var next = [Bool](repeating: false, count: steps.count + 1)
            for (index, step) in steps.enumerated() where active[index] {
                switch step {
                case .many: enter(index, &next)
                case .one: enter(index + 1, &next)
                case .literal(let wanted): if wanted == text[position] { enter(index + 1, &next) }
                }
            }
            active = next
            position += 1
        }
    }

    /// Marks a step as reachable, and the following ones as long as they can match nothing.
    private func enter(_ start: Int, _ active: inout [Bool]) {
        var index = start
        active[index] = true
        while index < steps.count, steps[index] == .many {
            index += 1
            active[index] = true
        }
    }
}
