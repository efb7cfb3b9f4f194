internal import LaunchPluginKit

/// A logical line of a file of requirements, without its comment.
struct RequirementsLine {
    /// What pip gets of a line.
    enum Written {
        case line(String)
        /// `-r` or `-c`, and a file.
        case file(option: String, name: String)
        /// Nothing, because the builder sets the option itself.
        case nothing
    }

    /// The number of its first line, from 1.
    let number: Int
    let text: String

    /// The lines with content.
    static func all(of file: String) -> [RequirementsLine] {
        var lines: [RequirementsLine] = []
        var joined = ""
        var first: Int?
        // A byte order mark is not a part of the first name.
        let text = file.hasPrefix("\u{FEFF}") ? String(file.dropFirst()) : file
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = withoutComment(raw)
            if line.count == raw.count, line.last == "\\" {
                if first == nil { first = index + 1 }
                joined += line.dropLast()
                continue
            }
            joined += line
            let whole = trimmed(joined)
            if !whole.isEmpty { lines.append(RequirementsLine(number: first ?? index + 1, text: whole)) }
            joined = ""
            first = nil
        }
        let rest = trimmed(joined)
        if let first, !rest.isEmpty { lines.append(RequirementsLine(number: first, text: rest)) }
        return lines
    }

    private static func withoutComment(_ line: Substring) -> Substring {
        var before: Character = " "
        for index in line.indices {
            if line[index] == "#", before.isWhitespace { return line[..<index] }
            before = line[index]
        }
        return line
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The line for pip.
    /// - Parameter place: file and line, for the message.
    func written(at place: String) throws(BackendError) -> Written {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first else { return .nothing }
        func refused(_ why: String, _ hint: String) -> BackendError {
            BackendError(.invalid, "\(place): '\(text.prefix(120))' \(why).", hint: hint)
        }
        guard !text.contains("${") else {
            throw refused(
                "has a variable, and pip gets none", "Give the value in the agent's own configuration of pip.")
        }
        guard text.allSatisfy({ $0.isASCII && !$0.isNewline && $0 != "\0" }) else {
            throw refused("has characters that no name or version has", "Write it in ASCII.")
        }
        guard first.hasPrefix("-") else { return try requirement(refused) }
        let (option, value) = Self.option(words)
        switch option {
        case "-r", "--requirement", "-c", "--constraint":
            guard let value, value.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\/-]*|\.\.?\/[A-Za-z0-9_.\/-]+/) != nil
            else {
                throw refused("names no file of the source", "Write '-r FILE', relative to this file.")
            }
            return .file(option: option.hasPrefix("-r") || option == "--requirement" ? "-r" : "-c", name: value)
        case "-i", "--index-url", "--extra-index-url", "-f", "--find-links":
            guard let value, value.wholeMatch(of: /https:\/\/[A-Za-z0-9._~:\/?@!&()*+,;=%\[\]-]+/) != nil else {
                throw refused(
                    "names no address that begins with https://",
                    "Use https, or give other places in the agent's own configuration of pip, such as PIP_FIND_LINKS.")
            }
            let long = ["-i": "--index-url", "-f": "--find-links"][option] ?? option
            return .line("\(long) \(value)")
        case "--no-index", "--pre", "--prefer-binary", "--require-hashes":
            guard words.count == 1 else { throw refused("has a value", "Write '\(option)' alone.") }
            return .line(option)
        // The builder installs nothing but wheels.
        case "--only-binary": return .nothing
        case "-e", "--editable":
            throw refused(
                "installs a folder by executing its code",
                "Name a released package. Code of the source itself needs no installation: it is in the image.")
        case "--no-binary":
            throw refused(
                "builds a package from its source, and the builder 'append' executes nothing", Self.wayOut)
        default:
            throw refused(
                "has an option that the builder 'append' does not pass to pip",
                "Give it in the agent's own configuration of pip, or use builder: {type: docker}.")
        }
    }

    static let wayOut =
        "For a package that has only a source distribution, write a Dockerfile and use builder: {type: docker} or "
        + "{type: buildah}; or build its wheel elsewhere, and give the agent the folder in PIP_FIND_LINKS."

    /// `--option=value` or `--option value`.
    private static func option(_ words: [String]) -> (name: String, value: String?) {
        let parts = words[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 { return (parts[0], words.count == 1 ? parts[1] : nil) }
        return (words[0], words.count == 2 ? words[1] : nil)
    }

    /// A name with extras, versions, a marker and hashes.
    private func requirement(_ refused: (String, String) -> BackendError) throws(BackendError) -> Written {
        if text.contains("://") || text.contains("@") || text.hasPrefix(".") || text.contains("/") {
            throw refused(
                "is an address or a path", "Name a package of an index, for example 'name==1.0'. " + Self.wayOut)
        }
        var (rest, hashes) = (text[...], [String]())
        if let start = text.firstRange(of: /\s--/) {
            rest = text[..<start.lowerBound]
            for word in text[start.lowerBound...].split(whereSeparator: \.isWhitespace) {
                guard word.wholeMatch(of: /--hash=(?:sha256|sha384|sha512):[0-9A-Fa-f]{64,128}/) != nil else {
                    throw refused(
                        "has '\(word.prefix(60))', and a package may have only --hash",
                        "Write the hash as --hash=sha256:HEX, with 64 hex digits.")
                }
                hashes.append(String(word))
            }
        }
        let package = rest.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // The time of the match grows with the square of the length.
        guard package.utf8.count <= 1000,
            package.wholeMatch(
                of:
                    /[A-Za-z0-9][A-Za-z0-9._-]* ?(?:\[[A-Za-z0-9._, -]*\])? ?(?:\(?[<>=!~][A-Za-z0-9.*+!<>=~, _-]*\)?)? ?(?:;[A-Za-z0-9.*+<>=!~_,()'" -]*)?/
            ) != nil
        else { throw refused("is not the name of a package with versions", "Write for example 'name>=1.0,<2'.") }
        return .line(([package] + hashes).joined(separator: " "))
    }
}
