/// One challenge of `WWW-Authenticate`: a scheme and its parameters.
struct Challenge: Sendable, Hashable {
    /// In lower case: `basic`, `bearer`.
    var scheme: String
    /// The parameters, with names in lower case.
    var parameters: [String: String]

    /// All challenges of one header value, by RFC 9110. Commas separate both parameters and challenges, so a word
    /// without a following `=` begins the next challenge.
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

        /// The next word, after white space and commas. Nil, which ends the parsing, at any other character.
        mutating func word() -> String? {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            let word = rest.prefix { !$0.isWhitespace && !",=\"".contains($0) }
            rest = rest[word.endIndex...]
            return word.isEmpty ? nil : String(word)
        }

        /// Skips `mark`, and the white space around it, if it is next.
        mutating func skip(_ mark: Character) -> Bool {
            let next = rest.drop(while: \.isWhitespace)
            guard next.first == mark else { return false }
            rest = next.dropFirst().drop(while: \.isWhitespace)
            return true
        }

        /// A quoted string, in which `\` escapes the next character, or a bare word.
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
