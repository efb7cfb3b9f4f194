internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch logs`
enum LogsCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "logs", summary: "Print what a run printed",
            discussion: """
                With --follow the command waits for the end of the run. It reports on standard error what the run \
                waits for, and how it ends. It then exits like 'launch wait': with 0 if the run succeeds, 1 if it \
                fails, 69 if a service that it needs is not available, 3 if it is stopped. It waits without limit; \
                only 'launch wait' has --timeout and exit code 75. Without --follow it exits with 0.

                --json prints one array of lines. With --follow it prints one JSON object for each line.
                """,
            examples: [
                Example("All of it", "launch logs abc12345"),
                Example("The log of its image's build", "launch logs --build abc12345"),
                Example("And all further lines", "launch logs -f abc12345"),
                Example("The last line, for a script", "launch logs --json abc12345 | jq -r '.[-1].text'"),
            ],
            options: [
                Option(flag: "follow", "f", help: "Wait for more until the run has ended."),
                Option(flag: "build", help: "Print the log of its image's build instead."),
                Option(flag: "timestamps", "t", help: "Print when each line was printed."),
                LogPrinter.raw,
            ],
            arguments: [RunCommands.runArgument]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let follow = arguments.flag("follow")
            let store = try context.store(isFollowed: follow)
            let run = try await store.run(matching: try arguments.required("run"))
            try run.requireReadable("log")
            let printer = LogPrinter(
                terminal: terminal, timestamps: arguments.flag("timestamps"), json: context.wantsJSON,
                isRaw: arguments.flag(LogPrinter.raw.long))
            if arguments.flag("build") {
                guard let text = try await store.buildLog(of: run.id) else {
                    throw LaunchError(.unavailable, "Nothing was built for run \(run.id).")
                }
                try printer.print(build: text)
                return .ok
            }
            if run.handle == nil, !run.state.isTerminal, !follow {
                let reason = try await store.waitReason(of: run).map { ": \(lines: $0)" as Styled } ?? ""
                context.note(
                    "run \(run.id) is \(run.state.rawValue) and has not printed anything yet" + reason, about: run.id)
            }
            let backends = try context.backends(try context.config())
            guard follow else {
                try await printer.printAll(RunLogReader(store: store, backends: backends), of: run.id)
                if run.handle == nil, run.state.isTerminal { context.note(RunEnd.line(run), about: run.id) }
                return .ok
            }
            let ended = try await FollowedRun(store: store, backends: backends, terminal: terminal, printer: printer)
                .follow(run.id)
            context.note(RunEnd.line(ended), about: ended.id)
            return RunEnd.exitCode(of: ended)
        }
    }
}
