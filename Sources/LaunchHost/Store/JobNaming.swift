/// The name of a job without an explicit name: derived from its image, its folder or its repository.
public enum JobNaming {
    /// The name from the last component of a path or address: `team/train` becomes `train`, `git@host:x/Train.git`
    /// becomes `Train`. A character that a name must not contain becomes '-'. Nil if no character of the text can be in
    /// a name.
    public static func name(from text: String) -> String? {
        var text = text[...]
        while text.last == "/" { text.removeLast() }
        var last = text[(text.lastIndex { $0 == "/" || $0 == ":" }.map { text.index(after: $0) } ?? text.startIndex)...]
        if last.hasSuffix(".git") { last.removeLast(4) }
        var name = ""
        for character in last {
            let fits = character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
            if fits { name.append(character) } else if name.last != "-" { name.append("-") }
        }
        name = String(name.drop { !($0.isLetter || $0.isNumber) }.prefix(64))
        while name.last == "-" { name.removeLast() }
        return name.isEmpty ? nil : name
    }

    /// The version that an image's tag names: 3 for `v3`. Nil for any other tag, and for a number over a billion.
    public static func version(ofTag tag: String) -> Int? {
        guard let match = tag.wholeMatch(of: /v([1-9][0-9]{0,8})/) else { return nil }
        return Int(match.1)
    }

    /// The alias for an image's tag; nil for a tag with a special meaning in the store.
    public static func alias(ofTag tag: String) -> String? {
        do {
            try Names.check(alias: tag)
            return tag
        } catch {
            return nil
        }
    }
}
