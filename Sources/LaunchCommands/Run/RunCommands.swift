internal import Console

/// The commands about runs.
enum RunCommands {
    static func all(_ bench: Workbench.Maker) -> [Command] {
        [
            SubmitCommand.command(bench), RunCommand.command(bench), PlanCommand.command(bench),
            ListCommand.command(bench), StatusCommand.command(bench), LogsCommand.command(bench),
            WaitCommand.command(bench), StopCommand.command(bench), EventsCommand.command(bench),
            PruneCommand.command(bench),
        ]
    }

    static let runArgument = Argument(
        "run", help: "The run's ID or a unique prefix of it.", values: Completions.runs)
}
