internal import LaunchConsole
internal import LaunchHost

/// `launch hooks`
enum HooksCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "hooks", summary: "See and test the programs and servers that agents inform about runs",
            discussion: """
                'hooks' in launch-config.yaml names them. An agent delivers each event at least once, in the order of a \
                run's events, and repeats a delivery that fails.
                """,
            examples: [
                Example("What waits, and what failed", "launch hooks list"),
                Example("Send an example", "launch hooks test alerts"),
            ],
            groups: [CommandGroup([list(context), test(context)])])
    }

    private struct View: Encodable {
        let name: String
        let isConfigured: Bool
        let pending: Int
        let delivered: Int
        let givenUp: Int
        let oldest: Timestamp?
        let error: String?
        let budgets: [BudgetState]
    }

    private static func list(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List hooks with their deliveries of the last seven days", discussion: TableText.piped,
            examples: [Example("All hooks", "launch hooks list")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let settings = try context.config().hooks
            let configured = settings.map(\.name)
            let store = try context.store()
            let known = try await store.hookSummaries()
            let ofQueues = known.contains { $0.hook.hasPrefix("queue/") } ? try await hooksOfQueues(store) : []
            let views = (configured + known.map(\.hook)).uniqued.map { name in
                let hook = (settings + ofQueues).first { $0.name == name }
                let found = known.first { $0.hook == name }
                return View(
                    name: name, isConfigured: configured.contains(name), pending: found?.pending ?? 0,
                    delivered: found?.delivered ?? 0, givenUp: found?.givenUp ?? 0, oldest: found?.oldest,
                    error: found?.error, budgets: hook.map { BudgetState.all(of: $0, found) } ?? [])
            }
            if context.wantsJSON {
                try context.printJSON(views)
                return .ok
            }
            guard !views.isEmpty else {
                context.note("no hooks; 'launch config explain hooks' says how to write them")
                return .ok
            }
            var table = Table([
                Table.Column("HOOK"), Table.Column("PENDING", .right), Table.Column("DELIVERED", .right),
                Table.Column("GIVEN UP", .right), Table.Column("OLDEST"), Table.Column("BUDGET"),
                Table.Column("LAST ERROR"),
            ])
            for view in views {
                table.add([
                    // Those of queues are in the files of the queues.
                    Table.Cell(
                        view.isConfigured || view.name.hasPrefix("queue/")
                            ? view.name : "\(view.name) (not configured)"),
                    Table.Cell(String(view.pending)), Table.Cell(String(view.delivered)),
                    Table.Cell(String(view.givenUp), view.givenUp > 0 ? .red : nil),
                    Table.Cell(view.oldest?.description ?? "-"),
                    Table.Cell(
                        view.budgets.isEmpty ? "-" : view.budgets.map(\.words).joined(separator: ", "),
                        view.budgets.contains { $0.isExceeded } ? .red : nil),
                    Table.Cell(view.error ?? "-"),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }

    /// The hooks in the files of queues that the user may read.
    private static func hooksOfQueues(_ store: Store) async throws -> [HookSettings] {
        try await store.queues().flatMap { HookSettings.hooks(ofQueue: $0.name, text: $0.definition.fileText) }
    }

    private static func test(_ context: CommandContext.Factory) -> Command {
        Command(
            "test", summary: "Send an example message to a hook",
            discussion: """
                The message has the event 'test' and no run. It is sent once, from this machine, with the format and the \
                signature of the hook.
                """,
            examples: [Example("The hook 'alerts'", "launch hooks test alerts")],
            arguments: [Argument("name", help: "The hook.")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let name = try arguments.required("name")
            let config = try context.config()
            guard let settings = config.hooks.first(where: { $0.name == name }) else {
                let names = config.hooks.map(\.name)
                throw LaunchError(
                    .unavailable, "The configuration has no hook '\(name)'.",
                    hint: names.isEmpty ? "Add it to 'hooks' in launch-config.yaml." : "Known: \(Wording.all(names)).")
            }
            try await HookFeed.test(
                HookTransport.Hook(settings, variables: context.variables, document: config.document))
            context.note("The hook '\(name)' has accepted the message.")
            if context.wantsJSON { try context.printJSON(["name": name, "result": "accepted"]) }
            return .ok
        }
    }
}

extension CommandContext {
    /// What informs the hooks of a configuration and of these queues.
    /// - Throws: `LaunchError` of kind `.configuration` if the key of a hook cannot be read.
    func hooks(
        _ config: LaunchConfig, _ queues: [String], _ store: Store, _ backends: Backends, _ log: Logger
    ) throws -> HookFeed {
        let hooks = try config.hooks.map { settings in
            try HookTransport.Hook(settings, variables: variables, document: config.document)
        }
        return HookFeed(
            hooks, queues: queues, store: store, backends: backends,
            transport: HookTransport(allowing: config.hookURLs), log: log)
    }
}
