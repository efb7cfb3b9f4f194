/// One positional argument of a command.
public struct Argument: Sendable {
    /// The name for the getters of ``ParsedArguments``. Help shows it in capitals.
    public var name: String
    /// Describes the argument in one sentence.
    public var help: String
    /// Whether the argument must be given.
    public var isRequired: Bool
    /// Whether it takes all remaining words. Only the last argument may be repeatable.
    public var isRepeatable: Bool
    /// The candidates for completion. Values outside ``Values/oneOf(_:)`` are rejected.
    public var values: Values

    public init(
        _ name: String, help: String, required: Bool = true, repeatable: Bool = false, values: Values = .any
    ) {
        self.name = name
        self.help = help
        self.isRequired = required
        self.isRepeatable = repeatable
        self.values = values
    }

    /// The name as help and messages show it.
    public var display: String { name.uppercased() }
}

/// The words after `--`, which a command passes on unchanged.
public struct Rest: Sendable {
    /// The name of one word in help, such as `ARGUMENT`.
    public var valueName: String
    /// The purpose of the words, in one sentence.
    public var help: String

    public init(_ valueName: String, help: String) {
        self.valueName = valueName
        self.help = help
    }
}
