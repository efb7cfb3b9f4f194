/// The position of a value in a document: `ResourceConfig.InstanceType`, `Tags[1].Key`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// One step: to a member of an object, or to an item of a list.
    public enum Step: Sendable, Hashable {
        /// The member with this name.
        case member(String)
        /// The item at this index, from 0.
        case item(Int)
    }

    /// The steps from the root.
    public var steps: [Step]

    /// Creates a path of these steps; without steps, the root.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// This path, extended by a member.
    public func appending(_ name: String) -> FieldPath {
        FieldPath(steps + [.member(name)])
    }

    /// This path, extended by a list item; `index` counts from 0.
    public func appending(index: Int) -> FieldPath {
        FieldPath(steps + [.item(index)])
    }

    /// Whether this path leads to a member or an item of what the other path leads to.
    package func isBelow(_ other: FieldPath) -> Bool {
        steps.count > other.steps.count && steps.starts(with: other.steps)
    }

    /// The textual form: `a.b[0].c`; empty for the root.
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

    /// The textual form as an item of a YAML list. It is quoted if it contains more than names and dots, because a
    /// bracket begins another list.
    package var inYAML: String {
        let text = description
        let isPlain = text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]*/) != nil
        return isPlain ? text : (try? JSON.canonical(JSONValue.string(text))) ?? text
    }

    /// Reads `a.b[0].c`.
    ///
    /// Nil if the text is not a path: an empty name, an open bracket, an index that is not a whole number from 0, or
    /// more than `depthLimit` steps.
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
    /// The maximum number of steps of a path. Values are set by recursion over the steps, and the result must stay
    /// within `JSONValue.depthLimit`.
    public static let depthLimit = 64

    /// Whether the text has more steps than `depthLimit`.
    public static func isTooDeep(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } >= depthLimit
    }
}

extension FieldPath: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
