internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost

/// `launch wait`
enum WaitCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "wait", summary: "Wait until runs have ended",
            discussion: """
                Reports on standard error what each run does, why it waits, and how it ends. ctrl-C ends the wait; the \
                runs continue.

                Exits with 0 if all runs succeed. Otherwise the worst end counts: 1 if a run fails, 69 if a service \
                that a run needs is not available, 3 if a run is stopped. Exits with 75 if --timeout ends the wait.
                """,
            examples: [
                Example("One run", "launch wait abc12345"),
                Example("Two runs, one hour at most", "launch wait abc12345 def67890 --timeout 1h"),
                Example("How they ended", "launch wait abc12345 def67890 --json | jq -r '.[].state'"),
            ],
            options: [
                Option("timeout", value: "DURATION", help: "Wait no longer than this, such as 90s, 10m or 2h.")
            ],
            arguments: [
                Argument(
                    "run", help: "The runs' IDs or unique prefixes of them.", repeatable: true,
                    values: Completions.runs)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let limit = try arguments.duration("timeout", upTo: .seconds(366 * 86_400))
            let deadline = limit.map { ContinuousClock.now + $0 }
            let store = try context.store(isFollowed: true, until: deadline)
            let ids = try await arguments.strings("run").asyncMap { try await store.run(matching: $0).id }.uniqued
            let ended = try await RunNews(store: store, terminal: terminal)
                .ends(of: ids, before: deadline) { terminal.about($0.id).err(RunEnd.line($0)) }
            if context.wantsJSON {
                let views = try await ended.asyncMap { run in
                    RunView(run, rehearsal: try await store.rehearsal(of: run.id))
                }
                try context.printJSON(views)
            }
            return RunEnd.exitCode(of: ended)
        }
    }
}
