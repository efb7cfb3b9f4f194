internal import LaunchCore

/// Reads the INI dialect of AWS's files as Python's `configparser` does, on which the AWS CLI is based, and keeps the
/// line numbers.
///
/// It differs in one point: as in most of AWS's tools, a repeated section or key is not an error. Sections of one
/// name are joined, and the last value of a key applies.
struct INIReader {
    /// A section of the file.
    struct Section {
        var name: String
        var line: Int
        var entries: [Entry]
    }

    /// A key with the lines of its value.
    struct Entry {
        var key: String
        var line: Int
        var lines: [(text: String, line: Int)]
    }

    private let file: String
    private var sections: [Section] = []
    private var indexes: [String: Int] = [:]
    /// The section and the entry of the previous line.
    private var section: Int?
    private var entry: Int?
    private var indent = 0

    private init(_ file: String) {
        self.file = file
    }

    /// The sections in the order of their first headers.
    static func sections(of text: String, file: String) throws(AWSError) -> [Section] {
        var reader = INIReader(file)
        // A byte order mark, which editors on Windows write, is not part of the first line.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        for (index, line) in Self.lines(text).enumerated() { try reader.take(line, number: index + 1) }
        return reader.withDefaults()
    }

    /// The lines, with any of the three line ends.
    private static func lines(_ text: String) -> [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var position = start
        while position < scalars.endIndex {
            let next = scalars.index(after: position)
            if scalars[position] == "\n" || scalars[position] == "\r" {
                lines.append(scalars[start..<position])
                let isPair = scalars[position] == "\r" && next < scalars.endIndex && scalars[next] == "\n"
                start = isPair ? scalars.index(after: next) : next
                position = start
            } else {
                position = next
            }
        }
        lines.append(scalars[start...])
        return lines
    }

    private mutating func take(_ line: Substring.UnicodeScalarView, number: Int) throws(AWSError) {
        let leading = line.prefix { $0.properties.isWhitespace }.count
        let text = Self.trimmed(line)
        if text.first == "#" || text.first == ";" { return }
        guard !text.isEmpty else {
            if let section, let entry { sections[section].entries[entry].lines.append(("", number)) }
            return
        }
        if let section, let entry, leading > indent {
            sections[section].entries[entry].lines.append((text, number))
            return
        }
        indent = leading
        if let name = Self.head(text) {
            open(name, number)
        } else {
            try add(text, number)
        }
    }

    /// The name in brackets at the start of a line. Text after the last bracket is ignored.
    private static func head(_ text: String) -> String? {
        guard text.first == "[", let end = text.lastIndex(of: "]") else { return nil }
        let name = text[text.index(after: text.startIndex)..<end]
        return name.isEmpty ? nil : String(name)
    }

    private mutating func open(_ name: String, _ line: Int) {
        entry = nil
        if let index = indexes[name] {
            section = index
            return
        }
        indexes[name] = sections.count
        section = sections.count
        sections.append(Section(name: name, line: line, entries: []))
    }

    private mutating func add(_ text: String, _ line: Int) throws(AWSError) {
        guard let section else {
            throw .configuration(
                "This line is before the first section.", file: file, line: line,
                hint: "Put it under a header such as '[default]'.")
        }
        guard let delimiter = text.firstIndex(where: { $0 == "=" || $0 == ":" }), delimiter > text.startIndex else {
            // The line itself is not shown: it may contain a key.
            throw .configuration(
                "This line is neither a section, nor 'key = value', nor a comment.", file: file, line: line,
                hint: "Comments begin with '#' or ';'.")
        }
        let key = Self.trimmed(text[..<delimiter].unicodeScalars).lowercased()
        let value = Self.trimmed(text[text.index(after: delimiter)...].unicodeScalars)
        let made = Entry(key: key, line: line, lines: [(value, line)])
        if let index = sections[section].entries.firstIndex(where: { $0.key == key }) {
            sections[section].entries[index] = made
            entry = index
        } else {
            entry = sections[section].entries.count
            sections[section].entries.append(made)
        }
    }

    /// Values of `[DEFAULT]`, which is not `[default]`, apply to every section that does not set them.
    private func withDefaults() -> [Section] {
        guard let index = indexes["DEFAULT"] else { return sections }
        let defaults = sections[index].entries
        return sections.enumerated().filter { $0.offset != index }.map { _, section in
            var section = section
            section.entries += defaults.filter { entry in !section.entries.contains { $0.key == entry.key } }
            return section
        }
    }

    private static func trimmed(_ text: some BidirectionalCollection<Unicode.Scalar>) -> String {
        var rest = text[...]
        while let first = rest.first, first.properties.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.properties.isWhitespace { rest = rest.dropLast() }
        var result = ""
        result.unicodeScalars.append(contentsOf: rest)
        return result
    }
}

extension INIReader.Entry {
    /// The value. If nothing follows the `=`, the indented lines below are read as nested keys.
    func value(in file: String) throws(AWSError) -> ConfigValue {
        var lines = lines
        while let last = lines.last, last.text.isEmpty, lines.count > 1 { lines.removeLast() }
        let text = lines.map(\.text).joined(separator: "\n")
        guard lines.count > 1, lines.first?.text.isEmpty == true else {
            return ConfigValue(text, file: file, line: line)
        }
        var nested: [String: ConfigValue] = [:]
        for part in lines where !part.text.isEmpty {
            guard let equals = part.text.firstIndex(of: "=") else {
                throw .configuration(
                    "This line below '\(key)' is not 'key = value'.", file: file, line: part.line)
            }
            let name = part.text[..<equals].stripped
            nested[name] = ConfigValue(
                part.text[part.text.index(after: equals)...].stripped, file: file, line: part.line)
        }
        return ConfigValue(text, file: file, line: line, nested: nested)
    }
}

extension StringProtocol {
    /// The text without surrounding white space.
    package var stripped: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }
}
