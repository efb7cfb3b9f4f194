internal import LaunchSuggestions

/// The `help` command, which every program has.
enum HelpCommand {
    static let name = "help"

    /// The tree with the command added to its last group.
    static func added(to root: Command) -> Command {
        guard !root.groups.isEmpty else { return root }
        var whole = root
        whole.groups[whole.groups.count - 1].commands.append(command(for: root))
        return whole
    }

    private static func command(for root: Command) -> Command {
        let topic = Argument(
            "command", help: "The command, such as '\(example(root))'.", required: false, repeatable: true,
            values: .dynamic { soFar, _ in
                guard let path = try? resolve(soFar.strings("command"), in: added(to: root)), let last = path.last
                else {
                    return []
                }
                return last.subcommands.filter { !$0.isHidden }.map { Candidate($0.name, $0.summary) }
            })
        let page = Option(flag: "man", help: "Print the manual page instead, for 'man -l -'.")
        return Command(
            name, summary: "Show the help of a command",
            examples: [
                Example("One command", "\(root.name) help \(example(root))"),
                Example("Its manual page", "\(root.name) help --man \(example(root)) | man -l -"),
            ],
            options: [page], arguments: [topic]
        ) { arguments, terminal in
            let path = try resolve(arguments.strings("command"), in: added(to: root))
            if arguments.flag("man") {
                try terminal.out(ManPage(path: path).text)
            } else {
                try show(path, on: terminal)
            }
            return .ok
        }
    }

    static func show(_ path: [Command], on terminal: Terminal) throws(OutputError) {
        try terminal.out(HelpText(path: path, width: terminal.width).styled)
    }

    private static func resolve(_ words: [String], in root: Command) throws(UsageError) -> [Command] {
        var path = [root]
        var current = root
        for word in words {
            guard let next = current.subcommand(word) else {
                let names = current.subcommands.filter { !$0.isHidden }.map(\.name)
                let near = current.advice[word].map { "; \($0)" } ?? Suggestion.question(about: word, in: names)
                throw UsageError(
                    "unknown command '\(Terminal.printable(word))' for "
                        + "'\(path.map(\.name).joined(separator: " "))'\(near)",
                    command: path.map(\.name))
            }
            path.append(next)
            current = next
        }
        return path
    }

    private static func example(_ root: Command) -> String {
        guard let first = root.subcommands.first(where: { !$0.isHidden }) else { return root.name }
        guard let second = first.subcommands.first(where: { !$0.isHidden }) else { return first.name }
        return "\(first.name) \(second.name)"
    }
}
