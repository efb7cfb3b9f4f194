internal import LaunchConsole
internal import LaunchHost

/// `launch queue delete`
enum QueueDeleteCommand {
    private struct Result: Encodable {
        var name: String
        var stoppedRuns: Int
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "delete", summary: "Remove a queue; the record of its runs stays",
            discussion: "A queue with runs in progress is not removed: wait for them, or stop them with 'launch stop'.",
            examples: [
                Example("An empty queue", "launch queue delete try"),
                Example("Also if runs wait in it; they are stopped", "launch queue delete try --force"),
            ],
            options: [Option(flag: "force", help: "Stop the runs that wait in it.")], arguments: [QueueCommands.name]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let name = try arguments.required("name")
            let stopped = try await context.store().deleteQueue(name, force: arguments.flag("force"))
            if context.wantsJSON { try context.printJSON(Result(name: name, stoppedRuns: stopped)) }
            let also = stopped == 0 ? "" : ", and \(Wording.count(stopped, "waiting run")) stopped"
            context.note("The queue '\(name)' is deleted\(also).")
            return .ok
        }
    }
}
