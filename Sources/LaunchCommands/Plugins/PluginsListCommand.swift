internal import LaunchConsole
internal import LaunchHost

/// `launch plugins list`
enum PluginsListCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List plugins", discussion: TableText.piped,
            examples: [
                Example("All of them", "launch plugins list"),
                Example("Where jobs can run", "launch plugins list --role runner"),
            ],
            options: [PluginsCommands.role]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let role = arguments.string("role")
            let declarations = context.catalog.declarations.filter { role == nil || $0.role.rawValue == role }
            if context.wantsJSON {
                try context.printJSON(declarations.map { $0.json(whole: false) })
                return .ok
            }
            var table = Table([
                Table.Column("ROLE"), Table.Column("TYPE", mayTruncate: false), Table.Column("WHAT IT IS"),
            ])
            for declaration in declarations {
                table.add([
                    Table.Cell(declaration.role.rawValue), Table.Cell(declaration.type, .cyan),
                    Table.Cell(declaration.summary),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }
}
