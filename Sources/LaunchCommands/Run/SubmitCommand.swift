internal import Console
internal import LaunchHost

/// `launch submit`
enum SubmitCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "submit", summary: "Put a run on a queue",
            discussion: """
                Prints the run's ID, and nothing else, on standard output. What is wrong with the run is said now, \
                before anything is queued.
                """,
            examples: [
                Example("An image that exists already", "launch submit -q train --image repo/train:v3 -- --epochs 10"),
                Example("A folder, built when an agent takes it", "launch submit -q train --source . --param lr=0.01"),
                Example("Wait for it", "launch logs -f $(launch submit -q train --job iris:best)"),
            ],
            options: SpecOptions.all(bench) + RehearsalReader.options, rest: SpecOptions.rest
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let store = try bench.store()
            let config = try bench.config()
            let spec = try await SpecReader(bench).spec(
                store: store, config: config)
            guard spec.queue != nil else {
                throw arguments.usageError("name a queue with --queue; 'launch run' runs without one")
            }
            let id = RunID.random()
            try PlanCheck(bench, store: store, config: config).refuseInvalid(spec, as: id)
            let run = try store.submit(spec, as: id)
            if bench.wantsJSON {
                try bench.printJSON(RunView(run))
            } else {
                try terminal.out(run.id.rawValue)
            }
            return .ok
        }
    }
}
