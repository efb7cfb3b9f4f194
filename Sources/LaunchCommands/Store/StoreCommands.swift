internal import LaunchConsole
internal import LaunchHost

/// The commands about the store.
enum StoreCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "store", summary: "Make, check and copy the database of queues and runs",
            discussion: """
                Queues, jobs and runs are in SQLite below LAUNCH_HOME, for one machine. With a block 'store' in \
                launch-config.yaml they are in a PostgreSQL database (version 13 or newer), which several machines share.
                """,
            examples: [
                Example("Make the store", "launch store init"),
                Example("Let a user submit", "launch store grant submitter ada"),
                Example("See whether it can be used", "launch store check"),
                Example("Move from one machine to the team's store", "launch store copy --from sqlite --to postgres"),
            ],
            groups: [
                CommandGroup([
                    initialize(context), migrate(context), check(context), grant(context), revoke(context),
                    StoreCopyCommand.command(context), StoreBackupCommand.command(context),
                    StorePruneCommand.command(context),
                ])
            ])
    }

    private static func initialize(_ context: CommandContext.Factory) -> Command {
        Command(
            "init", summary: "Create the tables and roles of the store, or bring them up to date",
            discussion: """
                Creates the schema 'launch' and the roles PREFIX_owner, PREFIX_agent, PREFIX_submitter and \
                PREFIX_viewer. The database must exist, and the user may create roles (CREATEROLE). The command can be \
                repeated: it adds what is missing. Older agents that the change would exclude are named, and nothing is \
                changed while they live.
                """,
            examples: [Example("As an administrator of the database, such as PGUSER=postgres", "launch store init")],
            options: [
                Option(
                    "prefix", value: "NAME", help: "What the names of the roles begin with.", default: "launch")
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let server = try context.storeServer()
            try await server.initialize(prefix: arguments.string("prefix") ?? "launch")
            return try await show(server, context)
        }
    }

    private static func migrate(_ context: CommandContext.Factory) -> Command {
        Command(
            "migrate", summary: "Bring the tables of the store up to date",
            discussion: """
                After an update of the program, an owner of the store runs it once; two at the same time are harmless. \
                Older agents that a change would exclude are named, and nothing is changed while they live. Programs that \
                need newer tables end with exit code 78 until then. Tables in SQLite are migrated by each command.
                """,
            examples: [Example("As an owner of the store, after an update", "launch store migrate")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            guard let server = try context.sharedStoreServer() else {
                _ = try await context.store().queues()
                context.note("The store is in SQLite; its tables are up to date.")
                return .ok
            }
            let before = try await server.migrate()
            let after = try await server.status().tables
            context.note(
                before == after
                    ? "The tables of the store have version \(after), and were up to date."
                    : "The tables of the store had version \(before), and have version \(after) now.")
            return .ok
        }
    }

    private static func check(_ context: CommandContext.Factory) -> Command {
        Command(
            "check", summary: "Connect to the store and show its state",
            discussion: """
                Warns of a connection that leaves the machine without a verified certificate, of a server that is read-only \
                or does not write commits to its disk (fsync = off), and of clocks that differ by seconds.
                """,
            examples: [Example("Before the first submit from a machine", "launch store check")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let server = try context.storeServer()
            let code = try await show(server, context)
            for warning in try await server.warnings() { terminal.warn("\(warning.message) \(warning.hint)") }
            return code
        }
    }

    private static func grant(_ context: CommandContext.Factory) -> Command {
        Command(
            "grant", summary: "Give a database user a role in the store",
            examples: [
                Example("A person who submits", "launch store grant submitter ada"),
                Example("The user of an agent", "launch store grant agent trainer"),
            ],
            arguments: [role, user]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let (role, user) = try (role(arguments), arguments.required("user"))
            try await context.storeServer().grant(role, to: user)
            context.note("The user '\(user)' has the role '\(role.rawValue)'.")
            return .ok
        }
    }

    private static func revoke(_ context: CommandContext.Factory) -> Command {
        Command(
            "revoke", summary: "Take a role in the store from a database user",
            examples: [Example("A person who leaves the team", "launch store revoke submitter ada")],
            arguments: [role, user]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let (role, user) = try (role(arguments), arguments.required("user"))
            try await context.storeServer().revoke(role, from: user)
            context.note("The user '\(user)' no longer has the role '\(role.rawValue)'.")
            return .ok
        }
    }

    private static func show(_ server: StoreServer, _ context: CommandContext) async throws -> ExitCode {
        let status = try await server.status()
        if context.wantsJSON { try context.printJSON(status) }
        context.note(
            "store: PostgreSQL \(status.server / 10_000).\(status.server % 10_000), "
                + (status.usesTLS ? "encrypted" : "not encrypted")
                + ", user '\(status.user)', role \(status.role ?? "none")")
        guard status.tables > 0 else {
            throw LaunchError(
                .configuration, "The database holds no store.",
                hint: "Run 'launch store init' as an administrator of the database.")
        }
        if let problem = status.problem { throw LaunchError(problem) }
        guard status.role != nil else {
            throw LaunchError(
                .denied, "The user '\(status.user)' has no role in the store.",
                hint: "An owner of the store gives one: launch store grant submitter \(status.user)")
        }
        context.note(
            "tables: version \(status.tables), "
                + (status.tables == status.known ? "up to date" : "of a newer launch, which this one can use"))
        context.note("wake-ups: \(status.isPooled ? StoreServer.pollNote : "by notification")")
        return .ok
    }

    private static let role = Argument(
        "role", help: "owner, agent, submitter or viewer.",
        values: .oneOf(StoreRole.allCases.map(\.rawValue)))
    private static let user = Argument("user", help: "The database user.")

    private static func role(_ arguments: ParsedArguments) throws -> StoreRole {
        let word = try arguments.required("role")
        guard let role = StoreRole(rawValue: word) else {
            throw LaunchError(
                .invalid, "'\(word)' is not a role of a store.",
                hint: "The roles are owner, agent, submitter and viewer.")
        }
        return role
    }
}
