internal import LaunchConsole
internal import LaunchHost

/// `launch store copy`
enum StoreCopyCommand {
    private enum Engine: String, CaseIterable {
        case sqlite, postgres
    }

    private struct View: Encodable {
        var from: String
        var to: String
        var summary: StoreCopy.Summary

        private enum Key: String, CodingKey {
            case from, to
        }

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
        }
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "copy", summary: "Copy the store of this machine to the team's, or back",
            discussion: """
                'sqlite' is the store in $LAUNCH_HOME, 'postgres' the one that the block 'store' of launch-config.yaml \
                describes. Queues, jobs, runs, their events and their order are copied, and the sources that jobs and \
                unfinished runs need. The source stays as it is. With another $LAUNCH_HOME, the copy is a backup.

                The destination must be empty ('launch store init' makes an empty one), and no agent may run on either \
                side. Both are locked meanwhile. If the command does not end, nothing was copied. At the end all rows are \
                read back and compared. Logs and outputs of runs are not copied.
                """,
            examples: [
                Example("From one machine to a team's server", "launch store copy --from sqlite --to postgres"),
                Example("Back", "launch store copy --from postgres --to sqlite"),
            ],
            options: [
                Option("from", value: "STORE", help: "sqlite or postgres.", values: stores),
                Option("to", value: "STORE", help: "The other one.", values: stores),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let (from, to) = (try engine("from", arguments), try engine("to", arguments))
            guard from != to else {
                throw LaunchError(
                    .invalid, "--from and --to both name the store '\(from.rawValue)'.",
                    hint: "Copy from sqlite to postgres, or from postgres to sqlite.")
            }
            guard let server = try context.sharedStoreServer() else {
                throw LaunchError(
                    .configuration, "launch-config.yaml describes no store on PostgreSQL.",
                    hint: "Add 'store: {type: postgres, host: …}' to it.")
            }
            let home = try LaunchHome(variables: context.variables)
            let (local, shared) = (StoreCopy.Place.sqlite(home), StoreCopy.Place.postgreSQL(server))
            let (source, destination) = from == .sqlite ? (local, shared) : (shared, local)
            context.note("from: \(source.name)")
            context.note("to:   \(destination.name)")
            let copy = StoreCopy(from: source, to: destination)
            let summary = try await Progress.show("Copying", on: terminal, quiet: context.wantsJSON) { progress in
                try await copy.check()
                try await copySources(from, home, context, progress)
                return try await copy.run { step, done, all in
                    progress.update(step == .copying ? "Copying" : "Comparing", .items(done, of: all, "rows"))
                }
            }
            for column in summary.notCopied {
                terminal.warn("The destination has no column for \(column), so its values were not copied.")
            }
            if summary.runsWithTexts > 0 {
                terminal.warn(
                    "The server has logs or outputs of \(Wording.count(summary.runsWithTexts, "run")). They are not copied, "
                        + "and 'launch logs' does not show them from the copy.")
            }
            if summary.replaced > 0 {
                terminal.warn(
                    "In \(Wording.count(summary.replaced, "value")) the character U+0000, which PostgreSQL does not store, "
                        + "became U+FFFD.")
            }
            if context.wantsJSON {
                try context.printJSON(View(from: from.rawValue, to: to.rawValue, summary: summary))
            }
            context.note(
                "Copied \(Wording.count(summary.queues, "queue")), \(Wording.count(summary.jobVersions, "version")) of jobs, "
                    + "\(Wording.count(summary.runs, "run")) and \(Wording.count(summary.events, "event")). Both sides are "
                    + "equal (SHA-256 \(summary.sha256.prefix(16))…).")
            context.note(
                from == .sqlite
                    ? "Start no agent on the old store: its runs are in the new one too, and would run twice."
                    : "To use the copy, remove 'store' from launch-config.yaml. The server still has the runs: start no agent "
                        + "on it.")
            return .ok
        }
    }

    private static let stores = Values.oneOf(Engine.allCases.map(\.rawValue))

    private static func engine(_ option: String, _ arguments: ParsedArguments) throws -> Engine {
        let word = try arguments.required(option)
        guard let engine = Engine(rawValue: word) else {
            throw LaunchError(
                .invalid, "'\(word)' of --\(option) is not a store.",
                hint: "Write sqlite for the store of this machine, or postgres for the one in launch-config.yaml.")
        }
        return engine
    }

    /// Sends the snapshots of this machine to the server, or fetches those of the server.
    private static func copySources(
        _ from: Engine, _ home: LaunchHome, _ context: CommandContext, _ progress: Progress
    ) async throws {
        let server = try context.store()
        guard let shared = try context.sharedSources(server) else { return }
        let source = from == .sqlite ? try Store(home: home) : server
        for name in try await source.snapshotsInUse().sorted() {
            progress.update("Copying the source \(name.prefix(12))")
            do throws(LaunchError) {
                if from == .sqlite {
                    try await shared.send(name) { done, total in progress.update(nil, .bytes(done, of: total)) }
                } else {
                    try await shared.fetch(name)
                }
            } catch {
                // A source that is gone is gone on the other side too.
                guard error.kind == .unavailable || error.kind == .invalid else { throw error }
                context.terminal.warn("The source \(name.prefix(12)) is not copied: \(error.message)")
            }
        }
    }
}
