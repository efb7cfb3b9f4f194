/// One positional argument of a command.
public struct Argument: Sendable {
    /// The name that the getters of ``ParsedArguments`` take; help shows it in capitals.
    public var name: String
    /// What the argument is, in one sentence.
    public var help: String
    /// Whether the command cannot do without it.
    public var isRequired: Bool
    /// Whether it takes all the words that are left; only the last argument may.
    public var isRepeatable: Bool
    /// What the shell may propose, and, for ``Values/oneOf(_:)``, what is accepted.
    public var values: Values

    /// An argument.
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

/// The words after `--`, which a command hands on as they are.
public struct Rest: Sendable {
    /// What help calls one of the words, such as `ARGUMENT`.
    public var valueName: String
    /// What becomes of them, in one sentence.
    public var help: String

    /// The words after `--`.
    public init(_ valueName: String, help: String) {
        self.valueName = valueName
        self.help = help
    }
}
