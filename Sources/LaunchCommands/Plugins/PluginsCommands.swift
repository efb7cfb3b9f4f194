internal import Console
internal import LaunchHost

/// The commands about plugins.
enum PluginsCommands {
    static func group(_ bench: Workbench.Maker) -> Command {
        let type = bench.catalog.runners.first?.base.type ?? "TYPE"
        return Command(
            "plugins", summary: "List and describe the plugins for each role",
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
                    PluginsListCommand.command(bench), PluginsDescribeCommand.command(bench),
                    PluginsDocsCommand.command(bench),
                ])
            ])
    }

    static let role = Option(
        "role", value: "ROLE", help: "Only plugins of this role.", values: .oneOf(Role.allCases.map(\.rawValue)))
}
