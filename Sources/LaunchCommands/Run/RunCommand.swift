internal import Console
internal import LaunchHost

/// `launch run`
enum RunCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "run", summary: "Run a job here and now, without waiting in a queue, and follow it to its end",
            discussion: """
                The same pipeline as an agent's. Ends with 0 where the run succeeds, 1 where it fails, 3 where it is \
                stopped, 69 where a service that it needs cannot be reached. ctrl-C stops the run. With --queue the queue's template and rules hold, but nothing is queued.
                """,
            examples: [
                Example("An image on the local Docker engine", "launch run --image busybox:1 -- echo hello"),
                Example("A folder, built first", "launch run --source . --param epochs=3"),
                Example("What a remote queue would run, on this machine", "launch run --rehearse -q train --source ."),
            ],
            options: SpecOptions.all(bench) + RehearsalReader.options, rest: SpecOptions.rest
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let store = try bench.store()
            let config = try bench.config()
            let spec = try await SpecReader(bench).spec(
                store: store, config: config)
            let id = RunID.random()
            try PlanCheck(bench, store: store, config: config).refuseInvalid(spec, as: id)
            let backends = try bench.backends(config)
            let owner = try store.becomeOwner(kind: "run")
            let run = try store.submit(spec, as: id, claimedBy: owner.id)
            bench.note("run \(id)")
            let reader = RunLogReader(store: store, backends: backends)
            let printer = LogPrinter(terminal: terminal)
            let wantsJSON = bench.wantsJSON
            let ended = try await HeldRun(store: store, backends: backends, terminal: terminal, log: bench.log)
                .follow(run, as: owner) {
                    guard !wantsJSON else { return }
                    do {
                        try await reader.read(id, follow: true) { try printer.print($0) }
                    } catch OutputError.closed {
                        // Whoever reads has seen enough; how the run ends still matters.
                    }
                }
            if wantsJSON { try bench.printJSON(RunView(ended)) }
            tell(ended, bench)
            if let record = RehearsalRecord(in: store.home.folder(of: id)) {
                RehearsalPrinter(terminal: terminal) { bench.note($0) }.tell(record.report)
            }
            // What never began, because a service is not there, says nothing about the job.
            return ended.cause?.code == .unavailable ? .unavailable : ended.state.exitCode
        }
    }

    private static func tell(_ run: RunRecord, _ bench: Workbench) {
        let colours = bench.terminal.errorColours
        let state = run.state.style.map { colours($0, run.state.rawValue) } ?? run.state.rawValue
        bench.note("run \(run.id) \(state)\(run.cause.map { ": \(Terminal.printable($0.message))" } ?? "")")
        for output in run.outcome?.outputs ?? [] { bench.note("  \(output.name) -> \(output.path)") }
        for warning in run.outcome?.warnings ?? [] { bench.note("  \(colours(.yellow, "warning:")) \(warning)") }
    }
}
