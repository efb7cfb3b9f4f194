/// One option of a command: a flag, or something with a value.
public struct Option: Sendable {
    /// The long name, without dashes; the getters of ``ParsedArguments`` take it.
    public var long: String
    /// The one-letter name.
    public var short: Character?
    /// What help calls the value, such as `NAME`; nil makes the option a flag.
    public var valueName: String?
    /// What the option does, in one sentence.
    public var help: String
    /// Whether every occurrence counts; otherwise the last one wins.
    public var isRepeatable: Bool
    /// The value where neither the command line nor the environment gives one.
    public var defaultValue: String?
    /// The environment variable that is asked where the command line says nothing; empty counts as unset.
    public var environment: String?
    /// What the shell may propose, and, for ``Values/oneOf(_:)``, what is accepted.
    public var values: Values
    /// Whether subcommands take the option too.
    public var isGlobal: Bool
    /// The heading of the help under which the option stands; nil for "Options".
    public var heading: String?
    /// Whether help and completion leave the option out.
    public var isHidden: Bool

    /// An option that takes a value.
    public init(
        _ long: String, _ short: Character? = nil, value: String, help: String, repeatable: Bool = false,
        default defaultValue: String? = nil, environment: String? = nil, values: Values = .any, global: Bool = false,
        heading: String? = nil, hidden: Bool = false
    ) {
        self.long = long
        self.short = short
        self.valueName = value
        self.help = help
        self.isRepeatable = repeatable
        self.defaultValue = defaultValue
        self.environment = environment
        self.values = values
        self.isGlobal = global
        self.heading = heading
        self.isHidden = hidden
    }

    /// A flag. A repeatable one is counted, as in `-vv`.
    public init(
        flag long: String, _ short: Character? = nil, help: String, repeatable: Bool = false,
        environment: String? = nil, global: Bool = false, heading: String? = nil, hidden: Bool = false
    ) {
        self.long = long
        self.short = short
        self.help = help
        self.isRepeatable = repeatable
        self.environment = environment
        self.values = .any
        self.isGlobal = global
        self.heading = heading
        self.isHidden = hidden
    }

    /// Whether the option takes no value.
    public var isFlag: Bool { valueName == nil }
    /// The long name as it is typed.
    public var spelling: String { "--\(long)" }

    /// Switches colours off; the program itself acts on it wherever it stands on the line.
    public static let noColor = Option(
        flag: "no-color", help: "Print without colours, also on a terminal.", global: true)

    /// The same as the command `version`, for a root command that has one. The parser answers it.
    public static let version = Option(flag: "version", help: "Print the version.")

    /// Present on every command; the parser answers it.
    static let help = Option(flag: "help", "h", help: "Show this help.", global: true)
}
