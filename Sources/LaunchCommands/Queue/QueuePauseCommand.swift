internal import LaunchConsole
internal import LaunchHost

/// `launch queue pause` and `launch queue resume`
enum QueuePauseCommand {
    static func pause(_ context: CommandContext.Factory) -> Command {
        command(
            context, name: "pause", summary: "Claim no more runs from a queue; its live runs continue", paused: true,
            example: Example("Before a maintenance", "launch queue pause train"))
    }

    static func resume(_ context: CommandContext.Factory) -> Command {
        command(
            context, name: "resume", summary: "Claim runs from a paused queue again", paused: false,
            example: Example("After a maintenance", "launch queue resume train"))
    }

    private static func command(
        _ context: CommandContext.Factory, name: String, summary: String, paused: Bool, example: Example
    ) -> Command {
        Command(name, summary: summary, examples: [example], arguments: [QueueCommands.name]) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let name = try arguments.required("name")
            let was = try await store.queue(name, evenDamaged: true).paused
            let queue = try await store.setPaused(paused, queue: name)
            if context.wantsJSON { try context.printJSON(try QueueView(queue, whole: false)) }
            switch (paused, was) {
            case (true, true): context.note("The queue '\(name)' was paused already.")
            case (false, false): context.note("The queue '\(name)' was not paused.")
            case (true, false):
                context.note("The queue '\(name)' is paused: live runs continue, no new ones are claimed.")
            case (false, true):
                let waiting = queue.counts[.queued]
                context.note("The queue '\(name)' is open again; \(Wording.count(waiting, "run")) waiting.")
            }
            return .ok
        }
    }
}
