/// One key that a plugin understands, in a block of `launch-config.yaml` or in a queue's template.
///
/// Decoding, did-you-mean, `launch plugins describe`, the JSON Schema and the reference tables all come from it.
public struct Field: Sendable {
    /// The key, in snake_case.
    public var name: String
    /// What may stand there.
    public var kind: Kind
    /// One line of help.
    public var help: String
    /// Whether it must be given.
    public var required: Bool
    /// What holds where it is not given.
    public var defaultValue: JSONValue?
    /// A value as it might be written, for the documentation.
    public var example: String?

    /// A field from its parts.
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

    /// What may stand at a key.
    public indirect enum Kind: Sendable {
        /// Text.
        case string
        /// The path of a file; a relative one is relative to the folder of the file that it is written in.
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
        /// A list of one kind.
        case list(Kind)
        /// Free keys with values of one kind.
        case map(Kind)
        /// A block with its own fields.
        case object([Field])
        /// Either of these kinds; the first that fits is taken.
        case either([Kind])
        /// Anything.
        case any
    }
}
