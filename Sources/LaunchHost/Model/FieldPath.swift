/// Where a value stands in a document: `ResourceConfig.InstanceType`, `Tags[1].Key`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// One step down: into a member or into a list.
    public enum Step: Sendable, Hashable {
        /// The member of that name.
        case member(String)
        /// The item at that index, from 0.
        case item(Int)
    }

    /// The steps from the root.
    public var steps: [Step]

    /// The path of these steps; without any, the root.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// This path and one member further.
    public func appending(_ name: String) -> FieldPath {
        FieldPath(steps + [.member(name)])
    }

    /// This path and one list item further; `index` from 0.
    public func appending(index: Int) -> FieldPath {
        FieldPath(steps + [.item(index)])
    }

    /// `a.b[0].c`; empty for the root.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .item(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// The textual form as an item of a list in YAML: in quotes where it has more than names and dots, as brackets would
    /// begin another list.
    var inYAML: String {
        let text = description
        let isPlain = text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]*/) != nil
        return isPlain ? text : (try? JSON.canonical(JSONValue.string(text))) ?? text
    }

    /// Reads `a.b[0].c`.
    ///
    /// Nil where the text is no path: an empty name, an open bracket, an index that is no whole number from 0, or more than
    /// `depthLimit` steps.
    public init?(parsing text: String) {
        guard !Self.isTooDeep(text) else { return nil }
        var steps: [Step] = []
        for (position, part) in text.split(separator: ".", omittingEmptySubsequences: false).enumerated() {
            var pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let name = pieces.removeFirst()
            guard !name.isEmpty || (position == 0 && !pieces.isEmpty) else { return nil }
            if !name.isEmpty { steps.append(.member(String(name))) }
            for piece in pieces {
                guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { return nil }
                steps.append(.item(index))
            }
        }
        self.init(steps)
    }
}

extension FieldPath {
    /// How many steps a path may have. Values are set by recursion over the steps, and the result must stay within
    /// `JSONValue.depthLimit`.
    public static let depthLimit = 64

    /// Whether the text has more steps than `depthLimit`.
    public static func isTooDeep(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } >= depthLimit
    }
}

extension FieldPath: Codable {
    /// Reads the textual form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.isEmpty == false else {
            self.init()
            return
        }
        guard let path = FieldPath(parsing: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a field path: \(Wording.quoted(text))")
        }
        self = path
    }

    /// Writes the textual form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
