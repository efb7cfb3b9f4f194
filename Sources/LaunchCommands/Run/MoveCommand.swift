internal import LaunchConsole
internal import LaunchHost

/// `launch move`
enum MoveCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "move", summary: "Move a run that waits to another queue of the same backend",
            discussion: """
                The run is checked with the template and the rules of the other queue, as 'launch submit' does. Its \
                place there depends on its priority and on the time of its submit. A run that an agent has claimed is \
                not moved. The move is an event of the run, with the user who made it.
                """,
            examples: [Example("To a queue with free capacity", "launch move abc12345 train-eu")],
            arguments: [
                RunCommands.runArgument, Argument("queue", help: "The other queue.", values: Completions.queues),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let name = try arguments.required("queue")
            let store = try context.store()
            let old = try await store.run(matching: try arguments.required("run"))
            let queue = try await store.queue(name)
            // The store refuses the move of any other run, with the reason.
            if old.state == .queued, old.damage == nil, queue.definition.resource == old.resource, old.queue != name {
                var spec = old.spec
                spec.queue = name
                try await PlanCheck(context, store: store, config: try context.config())
                    .refuseInvalid(
                        spec, SubmittedValues(for: try context.catalog.knownRunner(old.resource)), as: old.id)
            }
            let run = try await store.move(old.id, to: name)
            if context.wantsJSON {
                try context.printJSON(RunView(run))
            } else if old.queue == run.queue {
                context.note("run \(run.id) is in queue '\(name)' already", about: run.id)
            } else {
                let waits = try await store.explain(run).waits.map { ": \($0)" } ?? ""
                context.note("run \(run.id) is in queue '\(name)', not in '\(old.queue ?? "-")'\(waits)", about: run.id)
            }
            return .ok
        }
    }
}
