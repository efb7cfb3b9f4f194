internal import LaunchPluginKit

/// One instruction of a Dockerfile, with joined lines, and without comments and here-documents.
struct DockerfileInstruction: Sendable, Hashable {
    /// The first word, in capitals.
    var name: String
    /// The `--name=value` words after it.
    var flags: [String]
    /// The text after the flags.
    var rest: String
    /// The number of its first line, from 1.
    var line: Int
    /// The text of that line, for error messages.
    var sourceLine: String
}

/// Splits the text of a Dockerfile into instructions.
struct DockerfileLines {
    /// The character that continues a line and escapes: `\`, or a backtick after `# escape=`.
    private(set) var escape: Character = "\\"
    /// The value of `# syntax=`, if present.
    private(set) var syntax: String?
    /// The instructions, in order.
    private(set) var instructions: [DockerfileInstruction] = []
    /// The line of the first instruction with a here-document, from 1; nil without one.
    private(set) var hereDocumentLine: Int?

    private let file: String
    private let lines: [String]
    private var position = 0

    init(_ text: String, file: String) throws(LaunchError) {
        self.file = file
        // Splits bytes, because Swift treats a carriage return and a line feed together as one character.
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        try readDirectives()
        while position < lines.count {
            if let instruction = try nextInstruction() { instructions.append(instruction) }
        }
    }

    /// An error at a line of the file.
    static func error(
        _ message: String, file: String, line: Int, sourceLine: String? = nil, hint: String? = nil
    ) -> LaunchError {
        LaunchError(
            .invalid, "\(file):\(line): \(message).", hint: hint,
            diagnostics: [
                Diagnostic(.error, message, hint: hint, file: file, line: line, sourceLine: sourceLine)
            ])
    }

    /// Reads the `# name=value` lines at the top; the first other line ends them.
    private mutating func readDirectives() throws(LaunchError) {
        var seen: Set<String> = []
        for (index, line) in lines.enumerated() {
            guard let match = line.wholeMatch(of: /\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*/) else { return }
            let name = match.output.1.lowercased()
            guard ["escape", "syntax", "check"].contains(name) else { return }
            guard seen.insert(name).inserted else {
                throw Self.error(
                    "the directive '\(name)' is given twice", file: file, line: index + 1, sourceLine: line)
            }
            let value = String(match.output.2)
            switch name {
            case "escape":
                guard let character = value.first, value == "\\" || value == "`" else {
                    throw Self.error(
                        "'escape' is '\(value)', and must be \\ or `", file: file, line: index + 1, sourceLine: line)
                }
                escape = character
            case "syntax": syntax = value
            default: break
            }
        }
    }

    private static func isBlankOrComment(_ line: String) -> Bool {
        guard let first = line.first(where: { !$0.isWhitespace }) else { return true }
        return first == "#"
    }

    private mutating func nextInstruction() throws(LaunchError) -> DockerfileInstruction? {
        let start = position
        let first = lines[position]
        position += 1
        guard !Self.isBlankOrComment(first) else { return nil }
        var (text, isContinued) = cut(first)
        while isContinued, position < lines.count {
            let line = lines[position]
            position += 1
            // Comments and empty lines inside an instruction are ignored.
            guard !Self.isBlankOrComment(line) else { continue }
            let (part, goesOn) = cut(line)
            text += part
            isContinued = goesOn
        }
        var rest = text.drop(while: \.isWhitespace)
        let name = rest.prefix { !$0.isWhitespace }
        rest = rest.dropFirst(name.count)
        var instruction = DockerfileInstruction(
            name: name.uppercased(), flags: [], rest: "", line: start + 1, sourceLine: first)
        instruction.flags = takeFlags(from: &rest)
        instruction.rest = trimmed(rest)
        try skipHeredocs(of: instruction)
        return instruction
    }

    /// The line without its continuation character, and whether it has one. An escaped one does not continue the line.
    private func cut(_ line: String) -> (text: String, isContinued: Bool) {
        var text = Substring(line)
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        guard text.last == escape, text.dropLast().last != escape else { return (line, false) }
        return (String(text.dropLast()), true)
    }

    private func takeFlags(from rest: inout Substring) -> [String] {
        var flags: [String] = []
        while true {
            let text = rest.drop(while: \.isWhitespace)
            guard text.hasPrefix("--"), let word = ShellWords(escape: escape).first(of: text) else { return flags }
            guard word.text != "--" else {
                rest = text.dropFirst(2)
                return flags
            }
            flags.append(ShellWords(escape: escape).unquoted(word.text))
            rest = word.rest
        }
    }

    /// Skips the here-documents of an instruction that supports them.
    private mutating func skipHeredocs(of instruction: DockerfileInstruction) throws(LaunchError) {
        var text = instruction.rest
        if instruction.name == "ONBUILD" {
            guard let match = text.wholeMatch(of: /(?i)(?:run|copy|add)\s+(.*)/) else { return }
            text = String(match.output.1)
        } else if !["RUN", "COPY", "ADD"].contains(instruction.name) {
            return
        }
        var words = ShellWords(escape: escape).all(of: text)[...]
        while let word = words.popFirst() {
            guard let match = word.wholeMatch(of: /[0-9]*<<(-?)([^<]*)/) else { continue }
            // The delimiter may be a separate word: `RUN python3 << EOF`.
            guard let delimiter = match.output.2.isEmpty ? words.popFirst() : String(match.output.2) else { continue }
            let end = ShellWords(escape: escape).unquoted(delimiter)
            let ignoresTabs = !match.output.1.isEmpty
            hereDocumentLine = hereDocumentLine ?? instruction.line
            repeat {
                guard position < lines.count else {
                    throw Self.error(
                        "the here-document '<<\(end)' has no end", file: file, line: instruction.line,
                        sourceLine: instruction.sourceLine, hint: "A line with '\(end)' alone ends it.")
                }
                position += 1
            } while (ignoresTabs ? String(lines[position - 1].drop { $0 == "\t" }) : lines[position - 1]) != end
        }
    }
}

func trimmed(_ text: some StringProtocol) -> String {
    guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(text[...last].drop(while: \.isWhitespace))
}
