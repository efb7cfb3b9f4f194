/// The help of one command, derived from its declaration.
public struct HelpText: Sendable {
    private let path: [Command]
    private let width: Int

    /// Longer lines are hard to read, even on a wide terminal.
    private static let widest = 100

    /// The help of the last command of `path`, which begins at the root. `width` is in columns.
    public init(path: [Command], width: Int = 80) {
        self.path = path
        self.width = min(width, Self.widest)
    }

    /// The text without styles and without a final line feed.
    public var text: String { styled.plain }

    /// The text without a final line feed.
    public var styled: Styled {
        guard let command = path.last else { return "" }
        var blocks: [[Styled]] = [wrap(command.summary)]
        blocks.append([heading("Usage"), "  \(usage)"])
        if let discussion = command.discussion { blocks.append(wrap(discussion)) }
        blocks.append(examples(command))
        blocks += command.groups.map(commands)
        blocks.append(list("Arguments", argumentRows))
        blocks += optionRows.map { list($0.heading, $0.rows) }
        blocks.append(list("Environment", environmentRows))
        if !command.groups.isEmpty {
            let name = path.map(\.name).joined(separator: " ")
            blocks.append(["See '\(name) COMMAND --help' for one of them."])
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func wrap(_ text: String) -> [Styled] { TextLayout.wrap(text, to: width).map { Styled($0) } }

    private func heading(_ text: String) -> Styled { Styled("\(text):", .bold) }

    /// A row of a list.
    typealias Row = (term: String, text: String)

    /// The words of the command and its arguments.
    var usage: String {
        guard let command = path.last else { return "" }
        var words = path.map(\.name) + ["[OPTIONS]"]
        if !command.groups.isEmpty { words.append(command.run == nil ? "COMMAND" : "[COMMAND]") }
        words += command.arguments.map { argument in
            let name = argument.display + (argument.isRepeatable ? "..." : "")
            return argument.isRequired ? name : "[\(name)]"
        }
        if let rest = command.rest { words.append("[-- \(rest.valueName)...]") }
        return words.joined(separator: " ")
    }

    private func examples(_ command: Command) -> [Styled] {
        guard !command.examples.isEmpty else { return [] }
        return [heading("Examples")]
            + command.examples.flatMap { [Styled("  # \($0.comment)", .dim), Styled("  \($0.line)")] }
    }

    private func commands(_ group: CommandGroup) -> [Styled] {
        let shown = group.commands.filter { !$0.isHidden }
        return list(group.heading ?? "Commands", shown.map { ($0.name, $0.summary) })
    }

    var argumentRows: [Row] {
        guard let command = path.last else { return [] }
        var rows = command.arguments.map { argument in
            (term: argument.display, text: argument.help + notes([oneOf(argument.values)]))
        }
        if let rest = command.rest { rows.append(("-- \(rest.valueName)...", rest.help)) }
        return rows
    }

    /// The options by heading, in the order of first use; the global options are last.
    var optionRows: [(heading: String, rows: [Row])] {
        guard let command = path.last else { return [] }
        let own = command.options.filter { !$0.isHidden && !$0.isGlobal }
        let global = path.flatMap(\.options).filter { !$0.isHidden && $0.isGlobal } + [.help]
        var headings: [String] = []
        for name in own.map({ $0.heading ?? "Options" }) where !headings.contains(name) { headings.append(name) }
        return headings.map { name in (name, own.filter { ($0.heading ?? "Options") == name }.map(row)) }
            + [("Global options", global.map(row))]
    }

    private func row(_ option: Option) -> Row {
        let short = option.short.map { "-\($0), " } ?? "    "
        let value = option.valueName.map { " \($0)" } ?? ""
        let extra = [
            oneOf(option.values), option.defaultValue.map { "default: \($0)" },
            option.isRepeatable ? "repeatable" : nil,
        ]
        return (short + option.spelling + value, option.help + notes(extra))
    }

    private func oneOf(_ values: Values) -> String? {
        values.allowed.map { "one of \($0.joined(separator: ", "))" }
    }

    private func notes(_ parts: [String?]) -> String {
        let notes = parts.compactMap { $0 }
        return notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
    }

    var environmentRows: [Row] {
        guard let command = path.last else { return [] }
        let options = (path.dropLast().flatMap { $0.options.filter(\.isGlobal) } + command.options)
            .filter { !$0.isHidden }
        let rows = options.compactMap { option in
            option.environment.map { (term: $0, text: "Used if \(option.spelling) is not given.") }
        }
        return rows + command.environment.map { ($0.name, $0.help) }
    }

    private func list(_ title: String, _ rows: [Row]) -> [Styled] {
        guard !rows.isEmpty else { return [] }
        return [heading(title)] + TextLayout.list(rows, width: width, term: .cyan)
    }
}
