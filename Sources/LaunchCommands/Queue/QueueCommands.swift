internal import Console
internal import LaunchHost

/// The commands about queues.
enum QueueCommands {
    static func group(_ bench: Workbench.Maker) -> Command {
        let type = bench.catalog.runners.first?.base.type ?? "TYPE"
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
                    QueueCreateCommand.command(bench), QueueListCommand.command(bench), QueueShowCommand.command(bench),
                    QueueEditCommand.command(bench), QueuePauseCommand.pause(bench), QueuePauseCommand.resume(bench),
                    QueueDeleteCommand.command(bench),
                ])
            ])
    }

    static let name = Argument("name", help: "The queue.", values: Completions.queues)
}
