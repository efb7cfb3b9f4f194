/// The manual page of one command in the language of man(7), derived from its declaration.
public struct ManPage: Sendable {
    private let path: [Command]

    /// The page of the last command of `path`, which begins at the root.
    public init(path: [Command]) { self.path = path }

    /// The name: `launch-queue-create`.
    public var name: String { path.map(\.name).joined(separator: "-") }

    /// The source of the page.
    public var text: String {
        guard let command = path.last, let program = path.first?.name else { return "" }
        var lines = [".TH \"\(Self.escaped(name.uppercased()))\" 1 \"\" \"\(Self.escaped(program))\""]
        lines += section("NAME", ["\(Self.escaped(name)) \\- \(Self.escaped(command.summary))"])
        lines += section("SYNOPSIS", [".B \(Self.escaped(HelpText(path: path).usage))"])
        lines += section("DESCRIPTION", paragraphs(command.discussion ?? "\(command.summary)."))
        for group in command.groups {
            let shown = group.commands.filter { !$0.isHidden }
            lines += list(group.heading ?? "Commands", shown.map { ("\(name)-\($0.name)", $0.summary) })
        }
        lines += list("ARGUMENTS", HelpText(path: path).argumentRows)
        for (heading, rows) in HelpText(path: path).optionRows { lines += list(heading, rows) }
        lines += list("ENVIRONMENT", HelpText(path: path).environmentRows)
        lines += examples(command)
        lines += seeAlso(command)
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        [".SH \"\(Self.escaped(title.uppercased()))\""] + lines
    }

    /// Paragraphs are filled. Lines that begin with a space are not, as in the help.
    private func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        var isLiteral = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(" ") != isLiteral, !line.isEmpty {
                isLiteral.toggle()
                lines.append(isLiteral ? ".nf" : ".fi")
            }
            lines.append(line.isEmpty ? ".PP" : Self.escaped(line))
        }
        if isLiteral { lines.append(".fi") }
        return lines
    }

    private func list(_ title: String, _ rows: [(term: String, text: String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        return section(
            title, rows.flatMap { [".TP", ".B \(Self.escaped($0.term.trimmed))", Self.escaped($0.text)] })
    }

    private func examples(_ command: Command) -> [String] {
        guard !command.examples.isEmpty else { return [] }
        return section(
            "EXAMPLES",
            command.examples.flatMap { example in
                [".TP", Self.escaped(example.comment), ".nf"]
                    + example.line.split(separator: "\n", omittingEmptySubsequences: false).map(Self.escaped) + [".fi"]
            })
    }

    /// The command above, and those below.
    private func seeAlso(_ command: Command) -> [String] {
        let above = path.count > 1 ? [path.dropLast().map(\.name).joined(separator: "-")] : []
        let below = command.subcommands.filter { !$0.isHidden }.map { "\(name)-\($0.name)" }
        let pages = (above + below).map { "\\fB\(Self.escaped($0))\\fP(1)" }
        return pages.isEmpty ? [] : section("SEE ALSO", [pages.joined(separator: ",\n")])
    }

    /// Text without the meaning that man(7) gives to characters: a backslash, a line that begins with `.` or `'`, and a
    /// hyphen that is a minus.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !result.isEmpty { result += "\n" }
            if line.hasPrefix(".") || line.hasPrefix("'") { result += "\\&" }
            for character in line {
                switch character {
                case "\\": result += "\\e"
                case "-": result += "\\-"
                case "\"": result += "\\(dq"
                case "^": result += "\\(ha"
                case "~": result += "\\(ti"
                case "`": result += "\\(ga"
                default: result.append(character)
                }
            }
        }
        return result
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " })
    }
}
