internal import LaunchCore

/// The grammar of the parts of an image reference.
package enum ImageGrammar {
    /// Whether the text is one part of a repository's name:
    /// `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`.
    package static func isRepositoryPart(_ text: Substring) -> Bool {
        var rest = text.utf8[...]
        while true {
            guard let word = rest.first, isOfWord(word) else { return false }
            rest = rest.drop(while: isOfWord)
            guard let first = rest.first else { return true }
            let end = rest.firstIndex { $0 != first } ?? rest.endIndex
            let count = rest.distance(from: rest.startIndex, to: end)
            switch first {
            case UInt8(ascii: "."): guard count == 1 else { return false }
            case UInt8(ascii: "_"): guard count <= 2 else { return false }
            case UInt8(ascii: "-"): break
            default: return false
            }
            rest = rest[end...]
        }
    }

    /// Whether the text is a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isAlphanumeric || first == UInt8(ascii: "_") else { return false }
        return text.utf8.count <= 128
            && text.utf8.allSatisfy { byte in
                byte.isAlphanumeric || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// The digits after the last colon of a host, if there are 1 to 5 and nothing else.
    package static func port(of host: String) -> Substring? {
        guard let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let port = host[host.utf8.index(after: colon)...]
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(\.isDigit) else { return nil }
        return port
    }

    /// Whether the text is the name of a host or an IPv6 address in brackets, with a port or without.
    package static func isHost(_ text: String) -> Bool {
        let name = port(of: text).map { text.utf8.dropLast($0.utf8.count + 1) } ?? text.utf8[...]
        if name.first == UInt8(ascii: "[") {
            let address = name.dropFirst().dropLast()
            return name.last == UInt8(ascii: "]") && !address.isEmpty
                && address.allSatisfy { byte in
                    byte.isLowerHexDigit || byte == UInt8(ascii: ":")
                        || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"))
                }
        }
        // Labels between dots, so `..` does not match.
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard let first = label.first, let last = label.last, first.isAlphanumeric, last.isAlphanumeric else {
            return false
        }
        return label.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool { byte.isLowerLetter || byte.isDigit }
}
