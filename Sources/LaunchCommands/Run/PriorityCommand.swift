internal import LaunchConsole
internal import LaunchHost

/// `launch priority`
enum PriorityCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "priority", summary: "Change the priority of a run that waits in its queue",
            discussion: """
                Agents claim runs of a queue by priority, and runs of one priority by age. A run that an agent has \
                claimed keeps its priority. The change is an event of the run, with the user who made it.
                """,
            examples: [Example("Before all others", "launch priority abc12345 critical")],
            arguments: [
                RunCommands.runArgument,
                Argument(
                    "level", help: "critical, high, medium or low.", values: .oneOf(Priority.allCases.map(\.rawValue))),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let word = try arguments.required("level")
            guard let priority = Priority(rawValue: word) else {
                throw arguments.usageError("'\(word)' is not a priority: use critical, high, medium or low")
            }
            let store = try context.store()
            let old = try await store.run(matching: try arguments.required("run"))
            let run = try await store.setPriority(priority, of: old.id)
            if context.wantsJSON {
                try context.printJSON(RunView(run))
            } else if old.priority == run.priority {
                context.note("run \(run.id) has priority \(run.priority.rawValue) already", about: run.id)
            } else {
                let waits = try await store.explain(run).waits.map { ": \($0)" } ?? ""
                context.note(
                    "run \(run.id) has priority \(run.priority.rawValue), not \(old.priority.rawValue)\(waits)",
                    about: run.id)
            }
            return .ok
        }
    }
}
