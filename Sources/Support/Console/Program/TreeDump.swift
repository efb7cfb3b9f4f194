internal import FoundationEssentials

/// The tree of commands as JSON, for tests and for the generated reference.
public enum TreeDump {
    /// One document with sorted keys and two spaces of indentation, without hidden commands and options.
    /// - Throws: the encoder's error; no tree is known that cannot be encoded.
    public static func json(of root: Command) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(CommandDump(root)), as: UTF8.self)
    }
}

private struct CommandDump: Encodable {
    let name: String
    let summary: String
    let discussion: String?
    let examples: [[String: String]]
    let options: [OptionDump]
    let arguments: [ArgumentDump]
    let rest: String?
    let environment: [String]
    let groups: [GroupDump]

    init(_ command: Command) {
        name = command.name
        summary = command.summary
        discussion = command.discussion
        examples = command.examples.map { ["comment": $0.comment, "line": $0.line] }
        options = command.options.filter { !$0.isHidden }.map(OptionDump.init)
        arguments = command.arguments.map(ArgumentDump.init)
        rest = command.rest?.valueName
        environment = command.environment.map(\.name)
        groups = command.groups.map(GroupDump.init)
    }
}

private struct GroupDump: Encodable {
    let heading: String?
    let commands: [CommandDump]

    init(_ group: CommandGroup) {
        heading = group.heading
        commands = group.commands.filter { !$0.isHidden }.map(CommandDump.init)
    }
}

private struct OptionDump: Encodable {
    let long: String
    let short: String?
    let value: String?
    let help: String
    let repeatable: Bool
    let global: Bool
    let defaultValue: String?
    let environment: String?
    let oneOf: [String]?

    init(_ option: Option) {
        long = option.long
        short = option.short.map(String.init)
        value = option.valueName
        help = option.help
        repeatable = option.isRepeatable
        global = option.isGlobal
        defaultValue = option.defaultValue
        environment = option.environment
        oneOf = option.values.allowed
    }
}

private struct ArgumentDump: Encodable {
    let name: String
    let help: String
    let required: Bool
    let repeatable: Bool
    let oneOf: [String]?

    init(_ argument: Argument) {
        name = argument.name
        help = argument.help
        required = argument.isRequired
        repeatable = argument.isRepeatable
        oneOf = argument.values.allowed
    }
}
