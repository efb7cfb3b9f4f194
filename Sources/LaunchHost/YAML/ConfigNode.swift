/// A value of a configuration document together with where it stands: the tree between the parser and the decoder.
public struct ConfigNode: Sendable, Hashable {
    /// What stands there.
    public enum Content: Sendable, Hashable {
        /// One text; `plain` where it was written without quotes and may therefore mean a number, a truth value or
        /// nothing.
        case scalar(String, plain: Bool)
        /// A list.
        case sequence([ConfigNode])
        /// Keys with values, in the order of the document, no key twice.
        case mapping([Entry])
    }

    /// One key with its value.
    public struct Entry: Sendable, Hashable {
        /// The key.
        public var key: String
        /// Where the key begins; nil for a value that comes from no document.
        public var keyMark: Mark?
        /// The value.
        public var value: ConfigNode

        /// An entry from its parts.
        public init(_ key: String, at keyMark: Mark? = nil, _ value: ConfigNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    /// What stands there.
    public var content: Content
    /// Where it begins; nil for a value that comes from no document. Where a document uses an alias, it is the place
    /// of the anchor, because that is where the value can be changed.
    public var mark: Mark?

    /// A node from its parts.
    public init(_ content: Content, at mark: Mark? = nil) {
        self.content = content
        self.mark = mark
    }

    /// A mapping without keys.
    public static func empty(at mark: Mark? = nil) -> ConfigNode { ConfigNode(.mapping([]), at: mark) }

    /// The entries, where this is a mapping.
    public var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The items, where this is a list.
    public var items: [ConfigNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entry of that key, where this is a mapping that has it.
    public func entry(_ key: String) -> Entry? {
        entries?.first { $0.key == key }
    }

    /// Whether nothing stands here: no value, `null` or `~`.
    public var isNull: Bool {
        if case .scalar(let text, plain: true) = content { Scalar.value(ofPlain: text) == .null } else { false }
    }
}

/// A place in a text.
public struct Mark: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The line, from 1.
    public var line: Int
    /// The character in the line, from 1.
    public var column: Int

    /// A place from its parts.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }

    /// Earlier in the text is less.
    public static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension ConfigNode {
    /// A tree without places, of a value that comes from no document. The keys of objects are sorted.
    public init(_ value: JSONValue) {
        switch value {
        case .null: self.init(.scalar("null", plain: true))
        case .bool(let flag): self.init(.scalar(flag ? "true" : "false", plain: true))
        case .integer(let number): self.init(.scalar(String(number), plain: true))
        case .number(let number): self.init(.scalar(String(number), plain: true))
        case .string(let text): self.init(.scalar(text, plain: false))
        case .array(let items): self.init(.sequence(items.map { ConfigNode($0) }))
        case .object(let members):
            self.init(.mapping(members.sorted { $0.key < $1.key }.map { Entry($0.key, ConfigNode($0.value)) }))
        }
    }

    /// The value as JSON: plain scalars typed by the rules of YAML 1.2, all others text.
    public var jsonValue: JSONValue {
        switch content {
        case .scalar(let text, plain: true): Scalar.value(ofPlain: text)
        case .scalar(let text, plain: false): .string(text)
        case .sequence(let items): .array(items.map(\.jsonValue))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key, $0.value.jsonValue) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}
