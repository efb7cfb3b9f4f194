/// Finds defects in a tree of commands before a user does. A test of the program calls it.
public enum TreeCheck {
    /// One sentence per defect, in the order of the tree.
    public static func problems(in root: Command) -> [String] {
        problems(of: [root], root)
    }

    private static func problems(of path: [Command], _ root: Command) -> [String] {
        guard let command = path.last else { return [] }
        let name = path.map(\.name).joined(separator: " ")
        let found = names(path) + texts(command) + arguments(command) + examples(command, root) + advice(command, root)
        return found.map { "\(name): \($0)" } + command.subcommands.flatMap { problems(of: path + [$0], root) }
    }

    private static func names(_ path: [Command]) -> [String] {
        guard let command = path.last else { return [] }
        let options = path.dropLast().flatMap { $0.options.filter(\.isGlobal) } + command.options + [.help]
        let shorts = options.compactMap { $0.short.map(String.init) }
        // Names of subcommands are checked once, here. Options and arguments share the names of the getters.
        return repeated(command.subcommands.map(\.name)).map { "two subcommands are called '\($0)'" }
            + repeated(options.map(\.long)).map { "two options are called --\($0)" }
            + repeated(shorts).map { "two options are called -\($0)" }
            + repeated(command.arguments.map(\.name)).map { "two arguments are called '\($0)'" }
            + command.arguments.map(\.name).filter { options.map(\.long).contains($0) }
            .map { "'\($0)' is an argument and an option" }
    }

    private static func texts(_ command: Command) -> [String] {
        var problems: [String] = []
        if command.name.isEmpty || command.name.contains(where: { $0.isWhitespace }) || command.name.hasPrefix("-") {
            problems.append("'\(command.name)' cannot be typed as a command")
        }
        if command.summary.isEmpty { problems.append("the summary is empty") }
        if command.summary.hasSuffix(".") { problems.append("the summary ends with a full stop") }
        for option in command.options {
            let long = option.long
            if long.isEmpty || long.hasPrefix("-") || long.contains(where: { $0 == "=" || $0.isWhitespace }) {
                problems.append("'\(long)' cannot be typed as an option")
            }
            if option.short == "-" || option.short == "=" { problems.append("--\(long) has an impossible short name") }
            if option.help.isEmpty { problems.append("--\(long) has no help") }
            if let allowed = option.values.allowed, let value = option.defaultValue, !allowed.contains(value) {
                problems.append("the default '\(value)' of --\(long) is not allowed")
            }
        }
        for argument in command.arguments where argument.help.isEmpty {
            problems.append("argument '\(argument.name)' has no help")
        }
        if command.groups.isEmpty, command.run == nil { problems.append("it neither runs nor groups anything") }
        return problems
    }

    private static func arguments(_ command: Command) -> [String] {
        var problems: [String] = []
        if command.arguments.dropLast().contains(where: \.isRepeatable) {
            problems.append("only the last argument may be repeatable")
        }
        if let optional = command.arguments.firstIndex(where: { !$0.isRequired }),
            command.arguments[optional...].contains(where: \.isRequired)
        {
            problems.append("a required argument follows an optional one")
        }
        if !command.groups.isEmpty, !command.arguments.isEmpty {
            problems.append("it has subcommands and arguments, which are ambiguous")
        }
        return problems
    }

    private static func examples(_ command: Command, _ root: Command) -> [String] {
        command.examples.compactMap { example -> String? in
            guard let words = ExampleLine.words(of: example.line, program: root.name) else {
                return "no part of the example '\(example.line)' calls \(root.name)"
            }
            do throws(UsageError) {
                _ = try Parser.parse(words, root: root, environment: [:])
                return nil
            } catch {
                return "the example '\(example.line)' does not parse: \(error.message)"
            }
        }
    }

    /// Advice that names a command that does not exist, or that is for the name of a command.
    private static func advice(_ command: Command, _ root: Command) -> [String] {
        command.advice.sorted { $0.key < $1.key }.flatMap { word, text -> [String] in
            if command.subcommand(word) != nil { return ["the advice about '\(word)' hides a command"] }
            let lines = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { $0.element.split(separator: " ").map(String.init) }
            let calls = lines.filter { $0.first == root.name }
            if calls.isEmpty { return ["the advice about '\(word)' names no command"] }
            return calls.compactMap { words -> String? in
                do throws(UsageError) {
                    _ = try Parser.parse(Array(words.dropFirst()), root: root, environment: [:])
                    return nil
                } catch {
                    return "the advice about '\(word)' does not parse: \(error.message)"
                }
            }
        }
    }

    private static func repeated(_ names: [String]) -> [String] {
        Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }
}
