internal import LaunchConsole
internal import LaunchHost
internal import LaunchSuggestions

/// `launch plugins describe`
enum PluginsDescribeCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        let declarations = context.catalog.declarations
        return Command(
            "describe", summary: "Show a plugin's keys, capabilities, examples and template",
            examples: examples(declarations), options: [PluginsCommands.role],
            arguments: [
                Argument(
                    "type", help: "The plugin's type; if several roles have it, all are shown.",
                    values: .dynamic { _, _ in
                        declarations.map { Candidate($0.type, "\($0.role.rawValue): \($0.summary)") }
                    })
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let found = try find(try arguments.required("type"), role: arguments.string("role"), in: declarations)
            if context.wantsJSON {
                try context.printJSON(found.map { $0.json(whole: true) })
            } else {
                for (index, declaration) in found.enumerated() {
                    if index > 0 { try terminal.out("") }
                    try show(declaration, on: terminal)
                }
            }
            return .ok
        }
    }

    private static func examples(_ declarations: [PluginCatalog.Declaration]) -> [Example] {
        declarations.last.map { last in
            [
                Example("One runner", "launch plugins describe \(last.type) --role runner"),
                Example("In all roles, for a program", "launch plugins describe \(last.type) --json"),
            ]
        } ?? []
    }

    private static func find(
        _ type: String, role: String?, in all: [PluginCatalog.Declaration]
    ) throws(LaunchError) -> [PluginCatalog.Declaration] {
        let candidates = all.filter { role == nil || $0.role.rawValue == role }
        let found = candidates.filter { $0.type == type }
        guard found.isEmpty else { return found }
        let kind = role ?? "plugin"
        throw LaunchError(
            .usage,
            "The \(kind) type '\(type)' does not exist in this program"
                + Suggestion.question(about: type, in: candidates.map(\.type)),
            hint: "'launch plugins list\(role.map { " --role \($0)" } ?? "")' lists the available ones.")
    }

    private static func show(_ declaration: PluginCatalog.Declaration, on terminal: Terminal) throws {
        func heading(_ text: String) throws { try terminal.out("\n\(Styled(text, .bold))") }
        func block(_ text: String) throws {
            for line in text.split(separator: "\n") { try terminal.out("  \(line)") }
        }
        try terminal.out(Styled("\(declaration.role.rawValue) \(declaration.type)", .bold))
        try block(declaration.summary)
        try heading("Keys, besides type")
        if declaration.fields.isEmpty {
            try block("none")
        } else {
            try terminal.out(table(of: declaration.fields), isPart: true)
        }
        if !declaration.capabilityRows.isEmpty {
            try heading("Capabilities")
            try terminal.out(table(of: declaration.capabilityRows), isPart: true)
        }
        for example in declaration.examples {
            try heading("Example")
            try block(declaration.configText(ofExample: example))
        }
        if let template = declaration.template {
            try heading("Keys of a queue's template")
            try terminal.out(table(of: template), isPart: true)
        }
        if let keys = declaration.ownKeys {
            try heading("Keys of a queue's template beside the backend's own")
            try terminal.out(table(of: keys), isPart: true)
        }
        if let template = declaration.defaultTemplate, !template.isEmpty {
            try heading("The template of a queue that is made without a file")
            try block(template)
        }
    }

    private static func table(of rows: [PluginCatalog.Declaration.CapabilityRow]) -> Table {
        var table = Table([
            Table.Column("CAPABILITY", mayTruncate: false), Table.Column("VALUE"), Table.Column("MEANING"),
        ])
        for row in rows { table.add([Table.Cell(row.name, .cyan), Table.Cell(row.value), Table.Cell(row.meaning)]) }
        return table
    }

    private static func table(of fields: [Field]) -> Table {
        var table = Table([
            Table.Column("KEY", mayTruncate: false), Table.Column("VALUE"), Table.Column("DEFAULT"),
            Table.Column("MEANING"),
        ])
        for row in Field.rows(fields) {
            table.add([
                Table.Cell(row.path, .cyan), Table.Cell(row.field.kind.words),
                Table.Cell(row.field.standard, row.field.required ? .yellow : nil), Table.Cell(row.field.help),
            ])
        }
        return table
    }
}
