/// One command as a value: what it is called, what it takes, what it does. Parsing, help and completion are derived
/// from it, so that nothing is said twice.
public struct Command: Sendable {
    /// What a command does once its words are parsed; what it throws, the program turns into a message and exit code.
    public typealias Body = @Sendable (ParsedArguments, Terminal) async throws -> ExitCode

    /// The word typed to choose the command.
    public var name: String
    /// One line, without a full stop, for listings.
    public var summary: String
    /// What the help says below the summary. Paragraphs are wrapped; lines that begin with a space stay as they are.
    public var discussion: String?
    /// Command lines worth copying; the check of the tree parses every one.
    public var examples: [Example]
    /// Options of this command; those marked global hold for its subcommands too.
    public var options: [Option]
    /// Positional arguments, in their order.
    public var arguments: [Argument]
    /// What the words after `--` are; without it they are further positional arguments.
    public var rest: Rest?
    /// Environment variables that matter beside those the options declare.
    public var environment: [EnvironmentVariable]
    /// Subcommands under their headings.
    public var groups: [CommandGroup]
    /// What to say about words that are not subcommands here, and that people know from other programs: by word, a clause
    /// such as `'launch stop RUN' stops a run`.
    public var advice: [String: String]
    /// Whether help and completion leave the command out.
    public var isHidden: Bool
    /// What the command does; nil for one that only groups others.
    public var run: Body?

    /// A command that does something.
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

    /// All subcommands, whatever their group.
    public var subcommands: [Command] { groups.flatMap(\.commands) }

    /// The subcommand of that name.
    public func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }
}

/// Subcommands under one heading of the help.
public struct CommandGroup: Sendable {
    /// The heading, or nil for the plain "Commands".
    public var heading: String?
    /// The commands, in the order in which help lists them.
    public var commands: [Command]

    /// A group under a heading.
    public init(_ heading: String, _ commands: [Command]) {
        self.heading = heading
        self.commands = commands
    }

    /// A group without a heading of its own.
    public init(_ commands: [Command]) {
        self.commands = commands
    }
}

/// One example of the help: what one wants, and the line that does it.
public struct Example: Sendable {
    /// What the line does.
    public var comment: String
    /// The whole line, beginning with the name of the program.
    public var line: String

    /// An example.
    public init(_ comment: String, _ line: String) {
        self.comment = comment
        self.line = line
    }
}

/// An environment variable that help mentions.
public struct EnvironmentVariable: Sendable {
    /// Its name, without `$`.
    public var name: String
    /// What it does, in one sentence.
    public var help: String

    /// A variable.
    public init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }
}
