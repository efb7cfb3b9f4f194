/// The hidden command that the completion scripts call with the words of the command line.
enum CompleteCommand {
    static let name = "__complete"

    static func command(for root: Command) -> Command {
        let words = Rest("WORD", help: "The words after the program's name, the last one unfinished.")
        return Command(name, summary: "Print the candidates for a shell's completion", rest: words, isHidden: true) {
            arguments, terminal in
            let completer = Completer(root: root, environment: arguments.environment)
            try terminal.out(await completer.answer(arguments.rest).text)
            return .ok
        }
    }
}

extension Command {
    /// The `completion` command, which prints the script for a shell. `program` is the name of the root command.
    public static func completion(program: String) -> Command {
        let shells = Shell.allCases.map(\.rawValue)
        return Command(
            "completion", summary: "Print the completion script for a shell",
            discussion: "Load it in the shell's start-up file:\n"
                + "  bash  source <(\(program) completion bash)\n"
                + "  zsh   source <(\(program) completion zsh)\n"
                + "  fish  \(program) completion fish | source",
            examples: [Example("Complete in the current bash", "source <(\(program) completion bash)")],
            arguments: [Argument("shell", help: "The shell.", values: .oneOf(shells))]
        ) { arguments, terminal in
            let name = try arguments.required("shell")
            guard let shell = Shell(rawValue: name) else { throw arguments.usageError("unknown shell '\(name)'") }
            try terminal.out(data: shell.script(program: program))
            return .ok
        }
    }
}
