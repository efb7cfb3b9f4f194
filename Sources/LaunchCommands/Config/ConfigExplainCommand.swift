internal import LaunchConsole
internal import LaunchHost

/// `launch config explain`
enum ConfigExplainCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        let catalog = context.catalog
        return Command(
            "explain", summary: "Explain a key: its meaning, its values and its default",
            examples: [
                Example("A key of the top level", "launch config explain max_jobs"),
                Example("A key of a block", "launch config explain builder.type"),
                Example("All keys", "launch config explain"),
            ],
            arguments: [
                Argument(
                    "key", help: "The key, with or without its block; without a key, all keys are listed.",
                    required: false,
                    values: .dynamic { _, _ in Explain.keys(catalog).map { Candidate($0) } })
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            switch (arguments.string("key"), context.wantsJSON) {
            case (let key?, true): try context.printJSON(try Explain.json(key, catalog: catalog))
            case (let key?, false): try terminal.out(try Explain.key(key, catalog: catalog))
            case (nil, true): try context.printJSON(Explain.keys(catalog))
            case (nil, false): try terminal.out(Explain.keys(catalog).joined(separator: "\n"))
            }
            return .ok
        }
    }
}
