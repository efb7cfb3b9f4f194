extension QueueDefinition {
    /// The text of the queue's file with the keys `queue` and `resource`, so that the file says which queue it is for.
    ///
    /// It is the text that the user wrote, with its comments, if there is one. The two keys are added in the style of the
    /// text. If no place for them gives a text with the same values, it is the definition as JSON.
    /// - Throws: an error if the variables are not in this program's format.
    package var exported: String {
        get throws {
            if let found = Self.adding(identity, to: try text) { return found }
            var bare = self
            bare.fileText = nil
            let printed = try bare.text
            guard let found = Self.adding(identity, to: printed) else {
                throw LaunchError(.internalFault, "The file of the queue '\(name)' cannot be written.")
            }
            return found
        }
    }

    private var identity: [(key: String, value: String)] { [("queue", name), ("resource", resource)] }

    /// The first text that has the values of `text` and these members, and no other.
    private static func adding(_ members: [(key: String, value: String)], to text: String) -> String? {
        guard let document = try? Document(text: text, name: "queue", kind: .invalid), document.problems.isEmpty,
            case .object(var expected) = document.jsonValue
        else { return nil }
        let missing = members.filter { expected[$0.key] == nil }
        for member in members { expected[member.key] = .string(member.value) }
        let ended = document.text.utf8.last == UInt8(ascii: "\n") ? document.text : document.text + "\n"
        if missing.isEmpty { return document.jsonValue == .object(expected) ? ended : nil }
        return Placement.candidates(for: missing, in: document, ended).first { candidate in
            guard let read = try? Document(text: candidate, name: "queue", kind: .invalid) else { return false }
            return read.problems.isEmpty && read.jsonValue == .object(expected)
        }
    }
}

/// The texts that may result from adding members at the top level of a text. Some are not valid for every style of YAML.
private enum Placement {
    static func candidates(
        for members: [(key: String, value: String)], in document: Document, _ text: String
    ) -> [String] {
        let lines = members.map { "\($0.key): \(scalar($0.value))\n" }
        var found = [lines.joined() + text]
        if let first = document.root.entries?.first?.keyMark, let start = index(ofLine: first.line, in: text) {
            let margin = String(repeating: " ", count: first.column - 1)
            found.append(inserting(lines.map { margin + $0 }.joined(), at: start, into: text))
        }
        if let mark = document.root.mark, let line = index(ofLine: mark.line, in: text),
            let brace = text.unicodeScalars.index(
                line, offsetBy: mark.column - 1, limitedBy: text.unicodeScalars.endIndex),
            brace < text.unicodeScalars.endIndex, text.unicodeScalars[brace] == "{"
        {
            let after = text.unicodeScalars.index(after: brace)
            // As the next member stands: on a line of its own, or after a blank.
            let space = text.unicodeScalars[after...].prefix { $0 == " " || $0 == "\n" || $0 == "\r" }
            let gap = space.contains("\n") ? String(space) : ""
            let last = document.root.entries?.isEmpty == false ? (gap.isEmpty ? ", " : ",") : ""
            let words = members.map { "\(quoted($0.key)): \(quoted($0.value))" }
            found.append(
                inserting(gap + words.joined(separator: gap.isEmpty ? ", " : "," + gap) + last, at: after, into: text))
        }
        return found + [text + lines.joined()]
    }

    private static func inserting(_ addition: String, at place: String.Index, into text: String) -> String {
        var scalars = text.unicodeScalars
        scalars.insert(contentsOf: addition.unicodeScalars, at: place)
        return String(scalars)
    }

    /// The beginning of a line, counted as `Mark` counts lines.
    private static func index(ofLine line: Int, in text: String) -> String.Index? {
        let scalars = text.unicodeScalars
        var place = scalars.startIndex
        for _ in 1..<max(1, line) {
            guard let end = scalars[place...].firstIndex(where: breaks.contains) else { return nil }
            place = scalars.index(after: end)
            if scalars[end] == "\r", place < scalars.endIndex, scalars[place] == "\n" {
                place = scalars.index(after: place)
            }
        }
        return place
    }

    private static let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]

    /// The value without quotes if it is text without them.
    private static func scalar(_ value: String) -> String {
        let isPlain = value.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
        return isPlain && Scalar.value(ofPlain: value) == .string(value) && Scalar.problem(ofPlain: value) == nil
            ? value : quoted(value)
    }

    private static func quoted(_ value: String) -> String {
        (try? JSON.canonical(JSONValue.string(value))) ?? "\"\""
    }
}
