internal import FoundationEssentials

/// Expands paths in configuration files: `~` and `$NAME` have the meaning that they have in a shell.
struct HomePath: Sendable {
    let variables: AWSVariables

    /// The home folder.
    var home: String { variables["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path }

    /// The path with `$NAME`, `${NAME}` and a leading `~` expanded. A name that is not set stays unchanged.
    func expand(_ path: String) -> String {
        var result = ""
        var rest = path[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let (name, end) = Self.name(at: rest)
            if let name, let value = variables[name] {
                result += value
                rest = rest[end...]
            } else {
                result += "$"
            }
        }
        result += rest
        if result == "~" { return home }
        return result.hasPrefix("~/") ? home + result.dropFirst() : result
    }

    private static func name(at text: Substring) -> (name: String?, end: Substring.Index) {
        if text.first == "{" {
            guard let close = text.firstIndex(of: "}") else { return (nil, text.startIndex) }
            return (String(text[text.index(after: text.startIndex)..<close]), text.index(after: close))
        }
        let name = text.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return (name.isEmpty ? nil : String(name), name.endIndex)
    }
}
