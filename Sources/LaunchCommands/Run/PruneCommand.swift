internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch prune`
enum PruneCommand {
    private struct View: Encodable {
        var result: RunPruning.Result
        var isDryRun: Bool

        private enum Key: String, CodingKey {
            case dryRun
        }

        func encode(to encoder: any Encoder) throws {
            try result.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(isDryRun, forKey: .dryRun)
        }
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "prune", summary: "Archive and remove runs that ended long ago",
            discussion: """
                Writes the runs and their events to a new file runs-TIME.jsonl, one JSON object for each run, in the folder \
                'archive' of $LAUNCH_HOME. When the file is on the disk, the runs are removed with their events and logs, \
                and so are snapshots of sources that no job and no run needs. Prints the path of the file.

                On PostgreSQL the user must be an owner of the store.

                Only runs that have ended are removed. A run whose backend may still hold resources stays until an agent \
                has released it. Results in a run's folder stay, unless --outputs is given. The database file does \
                not become smaller: new runs use the space.

                On a terminal the command asks before it removes anything, unless --yes is given. Without a terminal it \
                does not ask.
                """,
            examples: [
                Example("What would be removed", "launch prune --older-than 90d --dry-run"),
                Example("Once a day, from a timer", "launch prune --older-than 90d --yes"),
                Example("Failed tries of one project", "launch prune --older-than 7d -p try --outputs"),
                Example(
                    "The IDs that would be removed", "launch prune --older-than 90d --dry-run --json | jq -r '.runs[]'"),
            ],
            options: [
                Option(
                    "older-than", value: "DURATION", help: "Only runs that ended at least this long ago, such as 90d."),
                Option("queue", "q", value: "NAME", help: "Only runs of this queue.", values: Completions.queues),
                Option(
                    "project", "p", value: "NAME", help: "Only runs of this project.", values: Completions.projects),
                Option(
                    "archive", value: "DIR", help: "Another folder for the file.", values: .directories),
                Option(flag: "outputs", help: "Remove the results in the runs' folders too."),
                Option(flag: "dry-run", help: "List what would be removed, and change nothing."),
                Option(flag: "yes", "y", help: "Do not ask."),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let before = try limit(arguments)
            let store = try context.store()
            try await store.requireOwner("removes runs from it")
            let old = OldRuns(
                endedBy: before, queue: arguments.string("queue"), project: arguments.string("project"))
            let folder = arguments.string("archive") ?? store.home.archive
            let pruning = RunPruning(
                store, archivingTo: folder, removesResults: arguments.flag("outputs"),
                warn: { terminal.warn($0) })
            if arguments.flag("dry-run") {
                let plan = try await pruning.plan(old)
                if context.wantsJSON {
                    try context.printJSON(View(result: plan, isDryRun: true))
                } else {
                    try list(try await store.summaries(of: plan.runs), terminal)
                    context.note("\(counts(plan)) would be archived in \(folder) and removed.\(rest(plan))")
                }
                return .ok
            }
            if !arguments.flag("yes"), try await !isConfirmed(pruning.plan(old), folder, terminal) {
                context.note("nothing is removed")
                return .ok
            }
            let result = try await Progress.show("Archiving runs", on: terminal, quiet: context.wantsJSON) { progress in
                try await pruning.run(old) { done, all in
                    // The first half archives, the second half removes.
                    let isRemoving = done >= all / 2
                    progress.update(
                        isRemoving ? "Removing runs" : "Archiving runs",
                        .items(isRemoving ? done - all / 2 : done, of: all / 2, "runs"))
                }
            }
            if context.wantsJSON {
                try context.printJSON(View(result: result, isDryRun: false))
            } else {
                if let path = result.archive { try terminal.out(path) }
                context.note("\(counts(result)) archived and removed.\(rest(result))")
                for folder in result.resultFolders { context.note("results stay in \(folder)") }
            }
            return .ok
        }
    }

    /// Asks for confirmation on a terminal. True without a terminal or if there is nothing to remove.
    private static func isConfirmed(_ plan: RunPruning.Result, _ folder: String, _ terminal: Terminal) throws -> Bool {
        guard !plan.runs.isEmpty else { return true }
        return terminal.confirms("\(counts(plan)) will be archived in \(folder) and removed with their logs. Continue?")
            ?? true
    }

    private static func counts(_ result: RunPruning.Result) -> String {
        "\(Wording.count(result.runs.count, "run")) and \(Wording.count(result.events, "event"))"
    }

    /// Further results, as sentences.
    private static func rest(_ result: RunPruning.Result) -> String {
        var text = ""
        if !result.snapshots.isEmpty { text += " \(Wording.count(result.snapshots.count, "unused snapshot")) removed." }
        if result.unreleased > 0 {
            text +=
                " Not removed: \(Wording.count(result.unreleased, "old run")) whose backend may still hold resources; "
                + "the next 'launch agent' releases it."
        }
        return text
    }

    private static func list(_ runs: [RunSummary], _ terminal: Terminal) throws {
        guard !runs.isEmpty else { return }
        var table = Table([
            Table.Column("RUN", mayTruncate: false), Table.Column("STATE", mayTruncate: false),
            Table.Column("PROJECT"), Table.Column("QUEUE"), Table.Column("NAME"),
            Table.Column("ENDED", mayTruncate: false),
        ])
        for run in runs {
            table.add([
                Table.Cell(run.id.rawValue), Table.Cell(run.state.rawValue, run.state.style), Table.Cell(run.project),
                Table.Cell(run.queue ?? "-"), Table.Cell(run.name ?? "-"),
                Table.Cell(run.endedAt?.description ?? "-"),
            ])
        }
        try terminal.out(table)
    }

    /// The time before which runs ended that `--older-than` selects.
    static func limit(_ arguments: ParsedArguments) throws -> Timestamp {
        _ = try arguments.required("older-than")
        let age = try arguments.duration("older-than", upTo: .seconds(366_000 * 86_400)) ?? .zero
        return Timestamp(milliseconds: Timestamp(Date()).milliseconds.saturatingSubtracting(milliseconds(of: age)))
    }

    private static func milliseconds(of duration: Duration) -> Int64 {
        // At most 366,000 days, so that neither step can overflow.
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
