internal import LaunchConsole
internal import LaunchHost

/// `launch submit`
enum SubmitCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "submit", summary: "Put a run on a queue",
            discussion: """
                Prints only the run's ID on standard output. Errors of the run are reported now, before anything is \
                queued.

                With --follow the command prints the run's log instead, and the ID on standard error. It waits for the \
                end of the run, and exits like 'launch run': with 0 if the run succeeds, 1 if it fails, 69 if a \
                service that it needs is not available, 3 if it is stopped. ctrl-C ends the wait; the run continues. \
                The wait has no limit: only 'launch wait' has --timeout and exit code 75.

                If the store is locked, full or away, the command ends with exit code 75. With --wait-for-store it \
                waits for the store.

                With --follow and --json it prints no log, but one document at the end: the run, like 'launch run \
                --json'. 'launch logs -f --json RUN' prints the log as JSON.
                """,
            examples: [
                Example("An image that exists already", "launch submit -q train --image repo/train:v3 -- --epochs 10"),
                Example("A folder, built when an agent takes it", "launch submit -q train --source . --param lr=0.01"),
                Example(
                    "Edited code beside an image that stays as it is",
                    "launch submit -q train --image repo/train:v3 --code . -E 'python3 train.py'"),
                Example("And wait for its end", "launch submit -q train --job iris:best --follow"),
                Example(
                    "From a script, also while the database restarts",
                    "launch submit -q train --job iris:best --wait-for-store 10m"),
                Example("Wait later", "id=$(launch submit -q train --job iris:best) && launch wait $id"),
            ],
            options: SpecOptions.all(context) + [
                Option(flag: "follow", "f", help: "Print the run's log, and wait until it has ended."), LogPrinter.raw,
                StoreWait.option,
            ] + SpecOptions.rehearsal, rest: SpecOptions.rest
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let config = try context.config()
            let wait = try StoreWait(arguments, terminal)
            let (read, submitted) = try await wait.insisting {
                try await SpecReader(context).spec(store: store, config: config)
            }
            guard read.queue != nil else {
                throw arguments.usageError("name a queue with --queue; 'launch run' runs without one")
            }
            let id = RunID.random()
            let spec = traced(read, as: id, config)
            try await wait.insisting {
                try await PlanCheck(context, store: store, config: config).refuseInvalid(spec, submitted, as: id)
            }
            try await wait.insisting { try await SourceChoice.share(spec.source, store, context) }
            let run = try await wait.submit(spec, as: id, to: store)
            if arguments.flag("follow") {
                return try await follow(run, store: context.store(isFollowed: true), config: config, context)
            }
            if context.wantsJSON {
                try context.printJSON(RunView(run))
            } else {
                try terminal.out(run.id.rawValue)
            }
            return .ok
        }
    }

    /// The spec with a new trace, if spans are exported and the caller has named no trace.
    private static func traced(_ spec: LaunchSpec, as id: RunID, _ config: LaunchConfig) -> LaunchSpec {
        guard spec.traceParent == nil, config.telemetry != nil else { return spec }
        var spec = spec
        spec.traceParent = TraceParent.random(for: id).description
        return spec
    }

    private static func follow(
        _ run: RunRecord, store: Store, config: LaunchConfig, _ context: CommandContext
    ) async throws -> ExitCode {
        let terminal = context.terminal
        context.note("run \(run.id)", about: run.id)
        let news = RunNews(store: store, terminal: terminal)
        if context.wantsJSON {
            _ = try await news.ends(of: [run.id])
        } else {
            let printer = LogPrinter(terminal: terminal, isRaw: context.arguments.flag(LogPrinter.raw.long))
            let followed = FollowedRun(
                store: store, backends: try context.backends(config), terminal: terminal, printer: printer)
            do {
                _ = try await followed.follow(run.id)
            } catch OutputError.closed {
                // The reader of the log has left. The run's end still determines the exit code.
                _ = try await news.ends(of: [run.id])
            }
        }
        let ended = try await store.run(run.id)
        let record = try await store.rehearsal(of: run.id)
        if context.wantsJSON { try context.printJSON(RunView(ended, rehearsal: record)) }
        RunEnd.show(ended, on: terminal)
        if let record { RehearsalPage(record, terminal).show() }
        return RunEnd.exitCode(of: ended)
    }
}
