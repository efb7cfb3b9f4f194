internal import LaunchConsole
internal import LaunchHost

/// The commands about `launch-config.yaml`.
enum ConfigCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "config", summary: "Check and explain launch-config.yaml",
            discussion: """
                The file configures the credentials, the registry for images, the builder and the runner. Without a \
                file, everything is on this machine.
                """,
            examples: [
                Example("Is it right, and what does it do?", "launch config check"),
                Example("What does a key mean?", "launch config explain max_jobs"),
            ],
            groups: [
                CommandGroup([
                    ConfigCheckCommand.command(context), ConfigExplainCommand.command(context),
                    ConfigSchemaCommand.command(context), ConfigPathCommand.command(context),
                ])
            ])
    }
}
