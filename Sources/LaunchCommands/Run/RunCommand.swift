internal import LaunchConsole
internal import LaunchHost

/// `launch run`
enum RunCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "run", summary: "Run a job here and now, without waiting in a queue, and follow it to its end",
            discussion: """
                Uses the same pipeline as an agent. Exits with 0 if the run succeeds, 1 if it fails, 3 if it is \
                stopped, 69 if a service that it needs is not available. ctrl-C stops the run, a second one stops it \
                at once; a third exits and leaves the run as it is. With --queue the queue's template and rules apply, \
                but nothing is queued. With --rehearse a remote backend's request runs here, and a report describes \
                the differences to the backend.
                """,
            examples: [
                Example("An image on the local Docker engine", "launch run --image busybox:1 -- echo hello"),
                Example("A folder, built first", "launch run --source . --param epochs=3"),
                Example("What a remote queue would run, on this machine", "launch run --rehearse -q train --source ."),
                Example(
                    "The same with local data, interrupted after 30 seconds",
                    "launch run --rehearse -q train --source . --channel train=data --drill spot@30s --keep-local"),
            ],
            options: SpecOptions.all(context) + [LogPrinter.raw] + SpecOptions.rehearsal, rest: SpecOptions.rest
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let config = try context.config()
            let (spec, submitted) = try await SpecReader(context).spec(store: store, config: config)
            let id = RunID.random()
            try await PlanCheck(context, store: store, config: config).refuseInvalid(spec, submitted, as: id)
            let backends = try context.backends(config)
            let owner = try await store.becomeOwner(kind: "run")
            let held = HeldRun(
                store: store, backends: backends, contexts: try context.contexts(store), terminal: terminal,
                log: context.log)
            // Another agent adopts the run if this program dies.
            try await SourceChoice.share(spec.source, store, context)
            let run = try await store.submit(spec, as: id, claimedBy: owner.id)
            context.note("run \(id)", about: id)
            let reader = RunLogReader(store: store, backends: backends)
            let printer = LogPrinter(terminal: terminal, isRaw: arguments.flag(LogPrinter.raw.long))
            let wantsJSON = context.wantsJSON
            let ended = try await held.follow(run, as: owner) {
                guard !wantsJSON else { return }
                let steps =
                    spec.rehearse ? Task { await RehearsalSteps(store: store, terminal: terminal).follow(id) } : nil
                defer { steps?.cancel() }
                do {
                    try await reader.read(id, follow: true) { try printer.print($0) }
                } catch OutputError.closed {
                    // The reader of the output has left. The run's end still determines the exit code.
                }
            }
            let record = try await store.rehearsal(of: id)
            if wantsJSON { try context.printJSON(RunView(ended, rehearsal: record)) }
            RunEnd.show(ended, on: terminal)
            if let record { RehearsalPage(record, terminal).show() }
            return RunEnd.exitCode(of: ended)
        }
    }
}
