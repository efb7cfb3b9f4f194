internal import LaunchConsole

/// The commands about runs.
enum RunCommands {
    static func all(_ context: CommandContext.Factory) -> [Command] {
        [
            SubmitCommand.command(context), RunCommand.command(context), PlanCommand.command(context),
            ListCommand.command(context), StatusCommand.command(context), ExplainCommand.command(context),
            LogsCommand.command(context), OutputsCommand.command(context),
            WaitCommand.command(context), StopCommand.command(context), PriorityCommand.command(context),
            MoveCommand.command(context), EventsCommand.command(context),
            PruneCommand.command(context),
        ]
    }

    static let runArgument = Argument(
        "run", help: "The run's ID or a unique prefix of it.", values: Completions.runs)
}
