/// What a job is called where nobody says: after its image, its folder or its repository.
public enum JobNaming {
    /// The name in the last part of a path or address: `team/train` gives `train`, `git@host:x/Train.git` `Train`.
    /// What a name may not have becomes '-'. Nil where nothing of the text can be in a name.
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

    /// The version that an image's tag names: 3 for `v3`. Nil for every other tag, and for a number over a billion.
    public static func version(ofTag tag: String) -> Int? {
        guard let match = tag.wholeMatch(of: /v([1-9][0-9]{0,8})/) else { return nil }
        return Int(match.1)
    }

    /// The alias that an image's tag is kept as; nil for a tag that the store gives a meaning of its own.
    public static func alias(ofTag tag: String) -> String? {
        do {
            try Names.check(alias: tag)
            return tag
        } catch {
            return nil
        }
    }
}
