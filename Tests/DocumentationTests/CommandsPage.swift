@testable import LaunchConsole

/// The reference of all commands as Markdown, made from the program's own command tree.
enum CommandsPage {
    static func markdown(of root: Command) -> String {
        var text = """
            # Commands

            Made from the program's own tree of commands; `scripts/regenerate-docs` brings it up to date. `launch help COMMAND` says
            the same in a terminal. Options of every command:

            \(table(root.options.filter { !$0.isHidden && $0.isGlobal }))

            `launch` without a command takes these:

            \(table(root.options.filter { !$0.isHidden && !$0.isGlobal }))

            """
        for group in root.groups {
            for command in group.commands where !command.isHidden { text += section(command, above: [root.name]) }
        }
        return text
    }

    private static func section(_ command: Command, above: [String]) -> String {
        let path = above + [command.name]
        let inner = command.subcommands.filter { !$0.isHidden }
        var text = "\n## \(path.joined(separator: " "))\n\n\(escaped(command.summary)).\n"
        if inner.isEmpty { text += "\n    \(usage(command, path))\n" }
        if let discussion = command.discussion { text += "\n\(escaped(discussion))\n" }
        if !command.arguments.isEmpty || command.rest != nil {
            text += "\n| argument | meaning |\n| --- | --- |\n"
            for argument in command.arguments { text += "| `\(argument.display)` | \(escaped(argument.help)) |\n" }
            if let rest = command.rest { text += "| `-- \(rest.valueName)...` | \(escaped(rest.help)) |\n" }
        }
        let options = command.options.filter { !$0.isHidden }
        if !options.isEmpty { text += "\n\(table(options))\n" }
        if !command.examples.isEmpty {
            let lines = command.examples.flatMap { ["    # \($0.comment)", "    \($0.line)"] }
            text += "\n" + lines.joined(separator: "\n") + "\n"
        }
        return text + inner.map { section($0, above: path) }.joined()
    }

    private static func usage(_ command: Command, _ path: [String]) -> String {
        var words = path
        if !command.options.isEmpty { words.append("[OPTIONS]") }
        for argument in command.arguments {
            let name = argument.display + (argument.isRepeatable ? "..." : "")
            words.append(argument.isRequired ? name : "[\(name)]")
        }
        if let rest = command.rest { words.append("[-- \(rest.valueName)...]") }
        return words.joined(separator: " ")
    }

    private static func table(_ options: [Option]) -> String {
        var lines = ["| option | meaning |", "| --- | --- |"]
        for option in options {
            let short = option.short.map { "-\($0), " } ?? ""
            let value = option.valueName.map { " \($0)" } ?? ""
            var notes: [String] = []
            if let allowed = option.values.allowed { notes.append("one of \(allowed.joined(separator: ", "))") }
            if let standard = option.defaultValue { notes.append("default: \(standard)") }
            if let variable = option.environment { notes.append("else `\(variable)`") }
            if option.isRepeatable { notes.append("repeatable") }
            let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
            let spelling = "\(short)\(option.spelling)\(value)".replacing("|", with: "\\|")
            lines.append("| `\(spelling)` | \(escaped(option.help))\(note) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("<", with: "&lt;")
    }
}
