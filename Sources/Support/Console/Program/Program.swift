/// A tree of commands that can be run: parses the words, serves help and completion, runs the command, and maps each
/// error to one message and an exit code.
public struct Program: Sendable {
    /// How an error ends the program.
    public struct Failure: Sendable {
        /// The whole message, without a full stop. Nil or empty prints nothing.
        public var message: Styled?
        /// The exit code.
        public var exitCode: ExitCode

        /// A failure with a one-line message.
        public init(_ message: Styled?, _ exitCode: ExitCode) {
            self.message = message
            self.exitCode = exitCode
        }

        /// A failure whose message may have several lines.
        @_disfavoredOverload
        public init(_ message: String, _ exitCode: ExitCode) {
            self.init(Styled(lines: message), exitCode)
        }
    }

    /// The whole tree, with the built-in commands.
    public let root: Command
    private let terminal: @Sendable (ParsedArguments, Terminal) -> Terminal
    private let unparsed: @Sendable ([String], [String: String], Terminal) -> Terminal
    private let failure: @Sendable (any Error) -> Failure

    /// A program.
    /// - Parameters:
    ///   - terminal: the terminal for a command line, on which its failure is written, too.
    ///   - unparsed: the terminal for the message about words that are not a command line, from the words and the
    ///     environment.
    ///   - failure: maps the errors of commands; usage errors, cancellation and a closed output are already handled.
    public init(
        _ root: Command, terminal: @escaping @Sendable (ParsedArguments, Terminal) -> Terminal = { $1 },
        unparsed: @escaping @Sendable ([String], [String: String], Terminal) -> Terminal = { $2 },
        failure: @escaping @Sendable (any Error) -> Failure
    ) {
        self.root = Self.complete(root)
        self.unparsed = unparsed
        self.terminal = terminal
        self.failure = failure
    }

    private static func complete(_ root: Command) -> Command {
        guard !root.groups.isEmpty else { return root }
        let visible = HelpCommand.added(to: root)
        var whole = visible
        whole.groups[whole.groups.count - 1].commands.append(CompleteCommand.command(for: visible))
        return whole
    }

    /// Runs the command in `words`, which do not include the program's own name. Never throws: each error becomes a
    /// message on standard error.
    public func run(_ words: [String], environment: [String: String], terminal: Terminal) async -> ExitCode {
        let hasPlainFlag = root.options.contains { $0.long == Option.noColor.long && $0.isFlag }
        let isPlain = hasPlainFlag && words.prefix { $0 != "--" }.contains(Option.noColor.spelling)
        let plain = isPlain ? terminal.withoutColours() : terminal
        var terminal = unparsed(words, environment, plain)
        var path = [root.name]
        do {
            switch try Parser.parse(words, root: root, environment: environment) {
            case .help(let commands):
                try HelpCommand.show(commands, on: terminal)
                return .ok
            case .run(let commands, let arguments):
                path = arguments.path
                terminal = self.terminal(arguments, plain)
                guard let body = commands.last?.run else { return .internalFault }
                return try await body(arguments, terminal)
            }
        } catch {
            let failure = explain(error, path)
            if let message = failure.message, message != "" {
                terminal.tell(.error, message)
            }
            return failure.exitCode
        }
    }

    private func explain(_ error: any Error, _ path: [String]) -> Failure {
        switch error {
        case let error as UsageError: Failure(error.concerning(path).description, .usage)
        // The user closed the pipe, for instance with `head`, and needs no message.
        case OutputError.closed: Failure(nil, .ok)
        case let error as OutputError: Failure(error.description, .unavailable)
        case is CancellationError: Failure(nil, .interrupted)
        default: failure(error)
        }
    }
}
