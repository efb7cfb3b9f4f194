/// One option of a command: a flag, or an option with a value.
public struct Option: Sendable {
    /// The long name without dashes. The getters of ``ParsedArguments`` use it too.
    public var long: String
    /// The one-letter name.
    public var short: Character?
    /// The name of the value in help, such as `NAME`; nil for a flag.
    public var valueName: String?
    /// What the option does, in one sentence.
    public var help: String
    /// Whether all occurrences count. Otherwise the last one wins.
    public var isRepeatable: Bool
    /// The value if neither the command line nor the environment has one.
    public var defaultValue: String?
    /// The environment variable that is used if the command line does not have the option. Empty counts as unset.
    public var environment: String?
    /// The candidates for completion. Values outside ``Values/oneOf(_:)`` are rejected.
    public var values: Values
    /// Whether subcommands accept the option too.
    public var isGlobal: Bool
    /// The heading of the option in help; nil for "Options".
    public var heading: String?
    /// Whether help and completion omit the option.
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

    /// A flag. Occurrences of a repeatable flag are counted, as in `-vv`.
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
    /// The long name with dashes.
    public var spelling: String { "--\(long)" }

    /// Turns colours off. The program evaluates it at any position of the line.
    public static let noColor = Option(
        flag: "no-color", help: "Print without colours, even on a terminal.", global: true)

    /// Does the same as the command `version`. For a root command that has one; the parser handles it.
    public static let version = Option(flag: "version", help: "Print the version.")

    /// Every command has it; the parser handles it.
    static let help = Option(flag: "help", "h", help: "Show this help.", global: true)
}
