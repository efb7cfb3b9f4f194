internal import LaunchConsole

/// The name of a program with its own catalog. The texts of the commands name `launch`; a program with another name
/// shows its own.
struct ProgramName: Sendable {
    let name: String

    init(_ name: String) {
        self.name = name
    }

    /// The text with this name in every command line of it: after a quotation mark, and at the beginning of an example.
    func replaced(in text: String) -> String {
        guard name != "launch" else { return text }
        // No lookbehind: Swift's patterns have none.
        return text.replacing(/(^|['"`(]|[|;&] |\n)launch (?=[a-z-])/) { "\($0.output.1)\(name) " }
    }

    /// The command and its subcommands with this name in their texts.
    func applied(to command: Command) -> Command {
        guard name != "launch" else { return command }
        var command = command
        if command.name == "launch" { command.name = name }
        command.summary = replaced(in: command.summary)
        command.discussion = command.discussion.map(replaced)
        command.examples = command.examples.map { Example(replaced(in: $0.comment), replaced(in: $0.line)) }
        command.advice = command.advice.mapValues(replaced)
        for index in command.options.indices {
            command.options[index].help = replaced(in: command.options[index].help)
        }
        for index in command.arguments.indices {
            command.arguments[index].help = replaced(in: command.arguments[index].help)
        }
        for index in command.groups.indices {
            command.groups[index].commands = command.groups[index].commands.map(applied)
        }
        return command
    }
}
