/// What a registry asks for in `WWW-Authenticate`: a scheme and its parameters.
struct Challenge: Sendable, Hashable {
    /// In lower case: `basic`, `bearer`.
    var scheme: String
    /// By name in lower case.
    var parameters: [String: String]

    /// All challenges of one header value, as RFC 9110 separates them: the comma stands between parameters and between
    /// challenges alike, so a word that is not followed by `=` begins the next challenge.
    static func parse(_ header: String) -> [Challenge] {
        var scanner = Scanner(rest: header[...])
        var challenges: [Challenge] = []
        while let word = scanner.word() {
            if scanner.skip("="), let last = challenges.indices.last {
                challenges[last].parameters[word.lowercased()] = scanner.value()
            } else {
                challenges.append(Challenge(scheme: word.lowercased(), parameters: [:]))
            }
        }
        return challenges
    }

    private struct Scanner {
        var rest: Substring

        /// The next word, after any white space and commas. A character that can begin nothing ends the reading.
        mutating func word() -> String? {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            let word = rest.prefix { !$0.isWhitespace && !",=\"".contains($0) }
            rest = rest[word.endIndex...]
            return word.isEmpty ? nil : String(word)
        }

        /// Steps over `mark`, and the white space around it, where it is next.
        mutating func skip(_ mark: Character) -> Bool {
            let next = rest.drop(while: \.isWhitespace)
            guard next.first == mark else { return false }
            rest = next.dropFirst().drop(while: \.isWhitespace)
            return true
        }

        /// A quoted text, in which `\` takes the next character as it is, or a bare word.
        mutating func value() -> String {
            guard rest.first == "\"" else {
                let bare = rest.prefix { !$0.isWhitespace && $0 != "," }
                rest = rest[bare.endIndex...]
                return String(bare)
            }
            rest = rest.dropFirst()
            var text = ""
            while let character = rest.popFirst(), character != "\"" {
                if character == "\\", let escaped = rest.popFirst() {
                    text.append(escaped)
                } else {
                    text.append(character)
                }
            }
            return text
        }
    }
}
