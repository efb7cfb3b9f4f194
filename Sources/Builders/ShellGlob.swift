internal import Glibc

/// A pattern of a shell's parameter expansion, such as `v*` in `${TAG#v*}`.
struct ShellGlob {
    private let pattern: String

    init(_ pattern: String) {
        self.pattern = pattern
    }

    /// The text without its shortest or longest prefix that matches.
    func withoutPrefix(of text: String, longest: Bool) -> String {
        let ends = Array(text.indices) + [text.endIndex]
        let end = (longest ? ends.reversed() : ends).first { matches(text[..<$0]) }
        return end.map { String(text[$0...]) } ?? text
    }

    /// The text without its shortest or longest suffix that matches.
    func withoutSuffix(of text: String, longest: Bool) -> String {
        let starts = Array(text.indices) + [text.endIndex]
        let start = (longest ? starts : starts.reversed()).first { matches(text[$0...]) }
        return start.map { String(text[..<$0]) } ?? text
    }

    /// The text with its first match, or every match, replaced. Each match is the longest at its place.
    func replacing(in text: String, with replacement: String, all: Bool) -> String {
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            let ends = rest.indices.dropFirst() + [rest.endIndex]
            if let end = ends.reversed().first(where: { matches(rest[..<$0]) }) {
                result += replacement
                rest = rest[end...]
                if !all { break }
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private func matches(_ text: Substring) -> Bool { fnmatch(pattern, String(text), 0) == 0 }
}
