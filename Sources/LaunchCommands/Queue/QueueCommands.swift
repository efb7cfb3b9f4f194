internal import LaunchConsole
internal import LaunchHost

/// The commands about queues.
enum QueueCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        let type = context.catalog.runners.first?.base.type ?? "TYPE"
        return Command(
            "queue", summary: "Create, change and show queues",
            discussion: """
                A queue has the template of the backend's request for all its runs, with ${…} macros and {{…}} \
                template variables. 'launch submit -q NAME' adds a run to it, 'launch agent' takes runs from it.
                """,
            examples: [
                Example("Make a queue from a file", "launch queue create train --resource \(type) --config queue.yaml"),
                Example("See what there is", "launch queue list"),
            ],
            advice: Advice.queue,
            groups: [
                CommandGroup([
                    QueueCreateCommand.command(context), QueueListCommand.command(context),
                    QueueShowCommand.command(context), QueueExportCommand.command(context),
                    QueueEditCommand.command(context), QueuePauseCommand.pause(context),
                    QueuePauseCommand.resume(context),
                    QueueDeleteCommand.command(context),
                ])
            ])
    }

    static let name = Argument("name", help: "The queue.", values: Completions.queues)
}
