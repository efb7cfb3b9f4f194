/// The variables that `FROM` may use: the `ARG`s above the first stage, and the builder's predefined ones.
struct DockerfileVariables {
    /// Why a text cannot be expanded: a clause without a full stop.
    struct Failure: Error, Hashable {
        var why: String
        var hint: String?
    }

    /// The variables with a value. An `ARG` without a value is not included.
    private(set) var values: [String: String] = [:]
    private let given: [String: String]
    private let escape: Character

    /// - Parameters:
    ///   - given: the build arguments. Only those that an `ARG` declares count.
    ///   - platform: `os/architecture[/variant]`, for BuildKit's platform variables.
    init(given: [String: String], platform: String, escape: Character) {
        self.given = given
        self.escape = escape
        let parts = platform.split(separator: "/", maxSplits: 2).map(String.init)
        for kind in ["TARGET", "BUILD"] {
            values["\(kind)PLATFORM"] = platform
            values["\(kind)OS"] = parts.first ?? ""
            values["\(kind)ARCH"] = parts.count > 1 ? parts[1] : ""
            values["\(kind)VARIANT"] = parts.count > 2 ? parts[2] : ""
        }
    }

    /// The variables of a stage, from the environment of its base image.
    /// - Parameter given: the build arguments.
    init(environment: [String: String], given: [String: String], escape: Character) {
        self.given = given
        self.escape = escape
        values = environment
    }

    /// Sets a variable, as `ENV` does.
    mutating func set(_ name: String, to value: String) { values[name] = value }

    /// The longest value, in bytes. Values that contain each other can double with every line.
    static let longest = 64 << 10
    /// The highest number of edits of values, such as `${NAME#prefix}`, in one Dockerfile.
    static let maxEdits = 200
    private var edits = 0

    /// Evaluates an `ARG` instruction: `NAME`, `NAME=default`, or several of them.
    mutating func declare(_ text: String) throws(Failure) {
        let words = ShellWords(escape: escape).all(of: text)
        guard !words.isEmpty else { throw Failure(why: "ARG needs a name") }
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // Docker accepts every name that is not empty, including `#` and the words of a comment.
            let name = String(parts[0])
            guard !name.isEmpty else { throw Failure(why: "ARG has a value without a name: '\(word)'") }
            if let value = given[name] {
                values[name] = value
            } else if parts.count > 1 {
                values[name] = try expand(String(parts[1]))
            }
        }
    }

    /// The names in a word without a value. They expand to empty text.
    func missing(in word: String) -> [String] {
        var reader = Expansion(rest: word[...], escape: escape, values: values)
        _ = try? reader.text(until: nil)
        return reader.missing
    }

    /// Expands the variables of a word and removes its quotes. A variable without a value is empty.
    mutating func expand(_ word: String) throws(Failure) -> String {
        var reader = Expansion(rest: word[...], escape: escape, values: values)
        reader.edits = edits
        defer { edits = reader.edits }
        return try reader.text(until: nil)
    }
}

/// Expands one word.
private struct Expansion {
    var rest: Substring
    let escape: Character
    let values: [String: String]
    /// The nesting depth of `${A:-${B:-…}}`.
    var depth = 0
    /// Whether the current part is discarded.
    var ignoresMissing = false
    /// The number of edited values.
    var edits = 0
    /// The names in use without a value.
    var missing: [String] = []

    mutating func text(until end: Character?) throws(DockerfileVariables.Failure) -> String {
        var result = ""
        var quote: Character?
        while let character = rest.first {
            if character == end, quote == nil { return result }
            rest = rest.dropFirst()
            if character == "'", quote != "\"" {
                quote = quote == nil ? "'" : nil
            } else if quote == "'" {
                result.append(character)
            } else if character == "\"" {
                quote = quote == nil ? "\"" : nil
            } else if character == escape {
                if let next = rest.first {
                    result.append(next)
                    rest = rest.dropFirst()
                }
            } else if character == "$" {
                result += try variable()
                guard result.utf8.count <= DockerfileVariables.longest else {
                    throw .init(
                        why: "a value is longer than \(DockerfileVariables.longest) bytes after variable expansion"
                    )
                }
            } else {
                result.append(character)
            }
        }
        if let quote { throw .init(why: "a quote \(quote) is not closed") }
        return result
    }

    private mutating func name() -> String {
        guard let first = rest.first, first == "_" || first.isASCII && first.isLetter else { return "" }
        let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    private mutating func variable() throws(DockerfileVariables.Failure) -> String {
        guard rest.first == "{" else {
            let name = name()
            return name.isEmpty ? "$" : value(of: name)
        }
        rest = rest.dropFirst()
        let name = name()
        guard !name.isEmpty else { throw .init(why: "'${' must be followed by the name of a build argument") }
        if rest.first == "}" {
            rest = rest.dropFirst()
            return value(of: name)
        }
        if let first = rest.first, "#%/".contains(first) { return try edited(name) }
        let countsEmpty = rest.first == ":"
        if countsEmpty { rest = rest.dropFirst() }
        let sign = rest.first
        rest = rest.dropFirst()
        guard let sign, "-+?".contains(sign) else {
            throw .init(
                why: "'${\(name)\(countsEmpty ? ":" : "")\(sign.map(String.init) ?? "")' is not a valid expansion",
                hint:
                    "In FROM, ${NAME}, ${NAME:-default}, ${NAME:+other}, ${NAME:?message}, ${NAME#prefix}, ${NAME%suffix} "
                    + "and ${NAME/old/new} can be used.")
        }
        depth += 1
        guard depth <= 32 else { throw .init(why: "'${…}' is nested more than 32 deep") }
        let isSet = values[name].map { !(countsEmpty && $0.isEmpty) } ?? false
        // The part that is not used may name variables without a value.
        let wasIgnoring = ignoresMissing
        ignoresMissing = wasIgnoring || isSet != (sign == "+")
        let word = try text(until: "}")
        ignoresMissing = wasIgnoring
        depth -= 1
        guard rest.first == "}" else { throw .init(why: "'${\(name)' has no '}'") }
        rest = rest.dropFirst()
        switch (sign, isSet) {
        case ("+", true), ("-", false): return word
        case ("+", false): return ""
        case ("?", false) where !ignoresMissing: throw .init(why: "the build argument \(name) is needed: \(word)")
        default: return values[name] ?? ""
        }
    }

    private mutating func value(of name: String) -> String {
        if values[name] == nil, !ignoresMissing { missing.append(name) }
        return values[name] ?? ""
    }

    /// The value with a part removed or replaced: `${NAME#glob}`, `##`, `%`, `%%`, `${NAME/glob/new}` and `//`.
    private mutating func edited(_ name: String) throws(DockerfileVariables.Failure) -> String {
        let sign = rest.removeFirst()
        let isDouble = rest.first == sign
        if isDouble { rest = rest.dropFirst() }
        let pattern = try text(until: sign == "/" ? "/" : "}")
        var replacement = ""
        if sign == "/" {
            guard rest.first == "/" else { throw .init(why: "'${\(name)/' has no second '/'") }
            rest = rest.dropFirst()
            replacement = try text(until: "}")
        }
        guard rest.first == "}" else { throw .init(why: "'${\(name)' has no '}'") }
        rest = rest.dropFirst()
        let value = value(of: name)
        edits += 1
        guard edits <= DockerfileVariables.maxEdits else {
            throw .init(why: "more than \(DockerfileVariables.maxEdits) values are edited, which is the limit")
        }
        guard pattern.count <= ShellGlob.longestPattern, value.count <= ShellGlob.longestText,
            replacement.count <= ShellGlob.longestText
        else {
            throw .init(
                why:
                    "'${\(name)\(sign)' edits a value of more than \(ShellGlob.longestText) characters, or by a pattern of "
                    + "more than \(ShellGlob.longestPattern)")
        }
        let glob = ShellGlob(pattern)
        return switch sign {
        case "#": glob.withoutPrefix(of: value, longest: isDouble)
        case "%": glob.withoutSuffix(of: value, longest: isDouble)
        default: glob.replacing(in: value, with: replacement, all: isDouble)
        }
    }
}
