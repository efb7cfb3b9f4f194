internal import Console
internal import LaunchHost

/// The commands about queues.
enum QueueCommands {
    static func group(_ bench: Workbench.Maker) -> Command {
        let type = bench.catalog.runners.first?.base.type ?? "TYPE"
        return Command(
            "queue", summary: "Make, change and look at queues",
            discussion: """
                A queue holds the template of the backend's request: what every run of it gets, with ${…} macros and \
                {{…}} template variables in it. 'launch submit -q NAME' puts a job on it, 'launch agent' takes it off.
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
