/// A command as a value: its name, its arguments and its action. Parsing, help and completion are derived from it.
public struct Command: Sendable {
    /// The action of a command after parsing. The program turns an error that it throws into a message and an exit
    /// code.
    public typealias Body = @Sendable (ParsedArguments, Terminal) async throws -> ExitCode

    /// The word typed to choose the command.
    public var name: String
    /// One line, without a full stop, for listings.
    public var summary: String
    /// The text of help below the summary. Paragraphs are wrapped; lines that begin with a space are not.
    public var discussion: String?
    /// Example command lines. `TreeCheck` parses each one.
    public var examples: [Example]
    /// Options of this command. Global ones apply to its subcommands too.
    public var options: [Option]
    /// Positional arguments, in order.
    public var arguments: [Argument]
    /// The meaning of the words after `--`. Without it, they are further positional arguments.
    public var rest: Rest?
    /// Environment variables that the command uses in addition to those of its options.
    public var environment: [EnvironmentVariable]
    /// Subcommands under their headings.
    public var groups: [CommandGroup]
    /// Advice for words that are not subcommands here but are known from other programs. The value is a clause such as
    /// `'launch stop RUN' stops a run`.
    public var advice: [String: String]
    /// Whether help and completion omit the command.
    public var isHidden: Bool
    /// The action; nil for a command that only groups others.
    public var run: Body?

    /// A command with an action.
    public init(
        _ name: String, summary: String, discussion: String? = nil, examples: [Example] = [], options: [Option] = [],
        arguments: [Argument] = [], rest: Rest? = nil, environment: [EnvironmentVariable] = [], isHidden: Bool = false,
        run: @escaping Body
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.options = options
        self.arguments = arguments
        self.rest = rest
        self.environment = environment
        self.groups = []
        self.advice = [:]
        self.isHidden = isHidden
        self.run = run
    }

    /// A command that groups others.
    public init(
        _ name: String, summary: String, discussion: String? = nil, examples: [Example] = [], options: [Option] = [],
        environment: [EnvironmentVariable] = [], advice: [String: String] = [:], isHidden: Bool = false,
        groups: [CommandGroup]
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.options = options
        self.arguments = []
        self.environment = environment
        self.groups = groups
        self.advice = advice
        self.isHidden = isHidden
    }

    /// All subcommands of all groups.
    public var subcommands: [Command] { groups.flatMap(\.commands) }

    /// The subcommand with that name.
    public func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }
}

/// Subcommands under one heading of the help.
public struct CommandGroup: Sendable {
    /// The heading; nil for "Commands".
    public var heading: String?
    /// The commands, in the order in which help lists them.
    public var commands: [Command]

    /// A group with a heading.
    public init(_ heading: String, _ commands: [Command]) {
        self.heading = heading
        self.commands = commands
    }

    /// A group with the heading "Commands".
    public init(_ commands: [Command]) {
        self.commands = commands
    }
}

/// One example in the help.
public struct Example: Sendable {
    /// The effect of the line.
    public var comment: String
    /// The complete command line, with the name of the program.
    public var line: String

    public init(_ comment: String, _ line: String) {
        self.comment = comment
        self.line = line
    }
}

/// An environment variable that help mentions.
public struct EnvironmentVariable: Sendable {
    /// Its name, without `$`.
    public var name: String
    /// Its effect, in one sentence.
    public var help: String

    public init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }
}
