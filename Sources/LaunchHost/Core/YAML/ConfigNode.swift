/// A value of a configuration document with its position: the tree that the parser produces and the decoder reads.
package struct ConfigNode: Sendable, Hashable {
    /// The kind of value, with the value.
    package enum Content: Sendable, Hashable {
        /// A text. `plain` means that it was written without quotes, so it may be a number, a Boolean or null.
        case scalar(String, plain: Bool)
        /// A list.
        case sequence([ConfigNode])
        /// Keys with values, in the order of the document. No key occurs twice.
        case mapping([Entry])
    }

    /// One key with its value.
    package struct Entry: Sendable, Hashable {
        /// The key.
        package var key: String
        /// The position of the key; nil for a value that is not from a document.
        package var keyMark: Mark?
        /// The value.
        package var value: ConfigNode

        package init(_ key: String, at keyMark: Mark? = nil, _ value: ConfigNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    /// The kind of value, with the value.
    package var content: Content
    /// The position of the value; nil for a value that is not from a document. For an alias, it is the position of the
    /// anchor, because the value can be changed there.
    package var mark: Mark?

    package init(_ content: Content, at mark: Mark? = nil) {
        self.content = content
        self.mark = mark
    }

    /// A mapping without keys.
    package static func empty(at mark: Mark? = nil) -> ConfigNode { ConfigNode(.mapping([]), at: mark) }

    /// The entries, if this is a mapping.
    package var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The items, if this is a list.
    package var items: [ConfigNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entry of this key, if this is a mapping that contains it.
    package func entry(_ key: String) -> Entry? {
        entries?.first { $0.key == key }
    }

    /// Whether the value is null: absent, `null` or `~`.
    package var isNull: Bool {
        if case .scalar(let text, plain: true) = content { Scalar.value(ofPlain: text) == .null } else { false }
    }
}

/// A position in a text.
package struct Mark: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The line, from 1.
    package var line: Int
    /// The character in the line, from 1.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The text `line:column`.
    package var description: String { "\(line):\(column)" }

    /// An earlier position is smaller.
    package static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension ConfigNode {
    /// A tree without positions, for a value that is not from a document. The keys of objects are sorted.
    package init(_ value: JSONValue) {
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

    /// The value as JSON: plain scalars are typed by the rules of YAML 1.2, all other scalars are text.
    package var jsonValue: JSONValue {
        switch content {
        case .scalar(let text, plain: true): Scalar.value(ofPlain: text)
        case .scalar(let text, plain: false): .string(text)
        case .sequence(let items): .array(items.map(\.jsonValue))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key, $0.value.jsonValue) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}
