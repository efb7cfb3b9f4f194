internal import Console
internal import LaunchHost

/// `launch plan`
enum PlanCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "plan", summary: "Show what a run would send, without side effect",
            discussion: """
                Shows how the image would be had, the backend's own request, and everything that is wrong with it. \
                Nothing is built, pushed, queued or sent. Exit code 65 where the request is not valid.
                """,
            examples: [
                Example("Before it is queued", "launch plan -q train --source ."),
                Example("Without network or credentials", "launch plan -q train --image repo/train:v3 --offline"),
                Example(
                    "The request alone", "launch plan -q train --image repo/train:v3 --json | jq .request.document"),
            ],
            options: SpecOptions.all(bench) + [
                Option(flag: "offline", help: "Call no service: what would need one is left open.")
            ],
            rest: SpecOptions.rest
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let store = try bench.store()
            let config = try bench.config()
            let spec = try await SpecReader(bench).spec(
                store: store, config: config, offline: arguments.flag("offline"))
            let check = PlanCheck(bench, store: store, config: config)
            let job = try check.resolved(spec, as: RunID.random())
            let backends = try bench.backends(config)
            let stage = ImageStage(
                registry: backends.registry, builder: backends.builder,
                contexts: SourceContexts(store: SourceStore(folder: store.home.sources)))
            let image = try await stage.plan(job.source, project: job.project, offline: arguments.flag("offline"))
            let plan = try Plan(job, image: image, runner: try backends.runner(for: job.resource))
            if bench.wantsJSON {
                try bench.printJSON(plan)
            } else {
                try show(plan, document: try check.document(of: spec), terminal)
            }
            return plan.isValid ? .ok : .invalidData
        }
    }

    private static func show(_ plan: Plan, document: Document?, _ terminal: Terminal) throws {
        let colours = terminal.colours
        try terminal.out("\(colours(.bold, "image"))     \(plan.image.summary)")
        if let image = plan.image.image { try terminal.out("          \(image.reference)") }
        try terminal.out("\(colours(.bold, "request"))   for \(plan.request.runner)")
        for line in try JSON.pretty(plan.request.document).split(separator: "\n") {
            try terminal.out("  \(Terminal.printable(String(line)))")
        }
        let diagnostics = plan.diagnostics(in: document)
        guard !diagnostics.isEmpty else {
            try terminal.out("\(colours(.bold, "findings"))  \(colours(.green, "none"))")
            return
        }
        try terminal.out("\(colours(.bold, "findings"))  \(DiagnosticRenderer.summary(diagnostics))")
        for diagnostic in DiagnosticRenderer.sorted(diagnostics) {
            try terminal.out(DiagnosticRenderer().render(diagnostic))
        }
    }
}
