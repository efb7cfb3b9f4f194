internal import LaunchConsole
internal import LaunchHost

/// The commands about plugins.
enum PluginsCommands {
    static func group(_ context: CommandContext.Factory, version: String) -> Command {
        let type = context.catalog.runners.first?.base.type ?? "TYPE"
        return Command(
            "plugins", summary: "List and describe the plugins for each role, and make new ones",
            discussion: """
                A plugin has one of four roles: environment (credentials and region), registry (stores images), \
                builder (builds images) and runner (executes runs).
                """,
            examples: [
                Example("What there is", "launch plugins list"),
                Example("The keys of one", "launch plugins describe \(type) --role runner"),
            ],
            groups: [
                CommandGroup([
                    PluginsListCommand.command(context), PluginsDescribeCommand.command(context),
                    PluginsDocsCommand.command(context), PluginsNewCommand.command(context, version: version),
                ])
            ])
    }

    static let role = Option(
        "role", value: "ROLE", help: "Only plugins of this role.", values: .oneOf(Role.allCases.map(\.rawValue)))
}
