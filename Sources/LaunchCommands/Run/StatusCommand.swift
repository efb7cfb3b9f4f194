internal import LaunchConsole
internal import LaunchHost

/// `launch status`
enum StatusCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "status", summary: "Show one run: state, cause, image, outputs",
            examples: [
                Example("For people", "launch status abc12345"),
                Example("One value, for a script", "launch status abc12345 --json | jq -r .state"),
            ],
            arguments: [RunCommands.runArgument]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let run = try await store.run(matching: try arguments.required("run"))
            if context.wantsJSON {
                try context.printJSON(RunView(run, rehearsal: await store.rehearsal(of: run.id)))
            } else {
                try await show(
                    run, explanation: store.explain(run, buildStep: store.buildStep(of: run)),
                    page: page(of: run, context), terminal)
            }
            return .ok
        }
    }

    /// The URL of the run's page. Nil if the configuration no longer matches the run; the rest is still shown.
    private static func page(of run: RunRecord, _ context: CommandContext) -> String? {
        guard let handle = run.handle, let config = try? LaunchConfig(at: context.location, catalog: context.catalog),
            let backends = try? context.backends(config)
        else { return nil }
        return (try? backends.runner(for: run))?.page(of: handle)
    }

    private static func show(
        _ run: RunRecord, explanation: RunExplanation, page: String?, _ terminal: Terminal
    ) throws {
        func line(_ name: String, _ value: String?) throws {
            guard let value, !value.isEmpty else { return }
            let label = name.padding(to: 12)
            let indented = value.replacing("\n", with: "\n" + "".padding(to: 12))
            try terminal.out("\(Styled(label, .dim))\(lines: indented)")
        }
        try line("run", run.name == run.id.rawValue ? run.id.rawValue : "\(run.id) (\(run.name))")
        try terminal.out("\(Styled("state".padding(to: 12), .dim))\(Styled(run.state.rawValue, run.state.style))")
        try line("cause", run.cause?.message)
        try line("waits", explanation.waits)
        try line("progress", explanation.progress)
        try line("damaged", run.damage)
        if run.isHidden {
            try line("details", "not yours to read; the author, the owners of the queue and viewers read them")
        }
        try line("exit code", run.cause?.exitCode.map(String.init))
        try line("backend", run.backendStatus.map { "\(run.resource): \($0)" } ?? run.resource)
        for (index, past) in (run.pastAttempts ?? []).enumerated() {
            let name = past.handle.fields["name"].map { " (\($0))" } ?? ""
            try line("attempt \(index + 1)", "\(past.backendStatus)\(name): \(past.cause?.message ?? "-")")
        }
        try line("page", page)
        try line("queue", run.queue.map { "\($0), priority \(run.priority.rawValue)" })
        try line("project", "\(run.project), submitted by \(run.author)")
        try line("source", run.spec.source.origin)
        try line("image", run.image.flatMap { $0.exists ? $0.reference : nil })
        try line("", run.imageDecision)
        try line("submitted", run.submittedAt.description)
        try line("started", run.startedAt?.description)
        try line("ended", run.endedAt.map { $0.description + duration(run) })
        for (name, value) in (run.outcome?.metrics ?? [:]).sorted(by: { $0.key < $1.key }) {
            try line("metric", "\(name) = \(value)")
        }
        for output in run.outcome?.outputs ?? [] { try line("output", "\(output.name) -> \(output.path)") }
        for fact in run.outcome?.facts ?? [] where fact.value != page { try line(fact.name, fact.value) }
        try line("cost", run.outcome?.cost?.money?.description)
        for warning in run.outcome?.warnings ?? [] { try line("warning", warning) }
    }

    private static func duration(_ run: RunRecord) -> String {
        guard let started = run.startedAt, let ended = run.endedAt, ended >= started else { return "" }
        return
            ", after \(Format.duration(.milliseconds(ended.milliseconds.saturatingSubtracting(started.milliseconds))))"
    }
}

extension String {
    func padding(to width: Int) -> String {
        count >= width ? self + " " : self + String(repeating: " ", count: width - count)
    }
}
