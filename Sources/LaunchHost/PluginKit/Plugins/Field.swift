/// One key of a plugin, in a block of `launch-config.yaml` or in a queue's template.
///
/// It is the source for decoding, suggestions, `launch plugins describe`, the JSON Schema and the reference tables.
public struct Field: Sendable {
    /// The key, in snake_case.
    public var name: String
    /// The kind of value that the key takes.
    public var kind: Kind
    /// One line of help.
    public var help: String
    /// Whether the key is required.
    public var required: Bool
    /// The value of an absent key.
    public var defaultValue: JSONValue?
    /// An example of a value, for the documentation.
    public var example: String?

    public init(
        _ name: String, _ kind: Kind, required: Bool = false, default defaultValue: JSONValue? = nil,
        example: String? = nil, help: String
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.required = required
        self.defaultValue = defaultValue
        self.example = example
    }

    /// The kind of value of a key.
    public indirect enum Kind: Sendable {
        /// Text.
        case string
        /// The path of a file. A relative path is relative to the folder of the file that contains it.
        case file
        /// Text that is never shown.
        case secret
        /// One of these words.
        case choice([String])
        /// A whole number in the range.
        case integer(ClosedRange<Int64>)
        /// A number in the range.
        case number(ClosedRange<Double>)
        /// `true` or `false`.
        case boolean
        /// A length of time: a whole number of seconds, or a number with `s`, `m`, `h` or `d`. Decoded to seconds.
        case duration
        /// A size: a whole number of bytes, or a number with `k`, `m`, `g`, `t` (powers of 1024) and an optional `b` or
        /// `ib`. Decoded to bytes.
        case bytes
        /// A list of values of one kind.
        case list(Kind)
        /// A mapping of free keys to values of one kind.
        case map(Kind)
        /// A block with its own fields.
        case object([Field])
        /// One of these kinds; the first that fits applies.
        case either([Kind])
        /// Any value.
        case any
    }
}
