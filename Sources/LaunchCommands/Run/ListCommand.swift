internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch list`
enum ListCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List runs, newest first",
            discussion: """
                DURATION is the time since the container began to run, until the run's end. NAME is '-' if the run has \
                no name except its ID. CAUSE is what a run waits for, or why it ended; 'launch explain RUN' says \
                more. --json prints everything that is stored of each run. \(TableText.piped)
                """,
            examples: [
                Example("What runs now", "launch list --state running"),
                Example("All runs of a project", "launch list -p vision -n 0"),
                Example(
                    "The IDs of all that failed in a queue",
                    "launch list -q train --state failed --json | jq -r '.[].id'"),
            ],
            options: [
                Option(
                    "state", value: "STATE", help: "Only runs in this state.", repeatable: true,
                    values: .oneOf(RunState.allCases.map(\.rawValue))),
                Option(
                    "queue", "q", value: "NAME", help: "Only runs of this queue.",
                    values: Completions.queues),
                Option(
                    "project", "p", value: "NAME", help: "Only runs of this project.", values: Completions.projects),
                Option("limit", "n", value: "N", help: "The largest number of runs; 0 for all.", default: "20"),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let limit = try arguments.integer("limit", in: 0...1_000_000) ?? 20
            let store = try context.store()
            if let queue = arguments.string("queue") { _ = try await store.queue(queue, evenDamaged: true) }
            let states = arguments.strings("state").compactMap(RunState.init(rawValue:))
            let filter = RunFilter(
                states: states, queue: arguments.string("queue"), project: arguments.string("project"),
                limit: limit == 0 ? nil : limit)
            if context.wantsJSON {
                try await printJSON(filter, of: store, context)
                return .ok
            }
            let runs = try await store.summaries(filter)
            guard !runs.isEmpty else {
                context.note("no runs")
                return .ok
            }
            var table = Table([
                Table.Column("RUN", mayTruncate: false), Table.Column("STATE", mayTruncate: false),
                Table.Column("PROJECT"), Table.Column("QUEUE"), Table.Column("NAME"),
                Table.Column("SUBMITTED", mayTruncate: false), Table.Column("DURATION", mayTruncate: false),
                Table.Column("CAUSE"),
            ])
            let now = Timestamp(Date())
            for explanation in try await store.explain(runs) {
                let run = explanation.run
                let age = now.milliseconds.saturatingSubtracting(run.submittedAt.milliseconds)
                table.add([
                    Table.Cell(run.id.rawValue), Table.Cell(run.state.rawValue, run.state.style),
                    Table.Cell(run.project), Table.Cell(run.queue ?? "-"), Table.Cell(run.name ?? "-"),
                    Table.Cell(Format.relative(ago: .milliseconds(max(0, age)))),
                    Table.Cell(run.duration(at: now).map(Self.text) ?? "-"),
                    Table.Cell(explanation.line?.split(separator: "\n").first.map(String.init) ?? ""),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }

    /// Whole records are large, so they are read and printed in pages.
    private static func printJSON(_ filter: RunFilter, of store: Store, _ context: CommandContext) async throws {
        var page = filter
        var left = filter.limit ?? .max
        try await context.printJSON {
            page.limit = min(left, pageSize)
            let runs = try await store.runs(page)
            left -= runs.count
            page.before = runs.last?.sequence ?? 0
            return runs.map { RunView($0) }
        }
    }

    private static let pageSize = 100

    /// The duration in whole seconds; smaller units are not useful in a list.
    private static func text(_ duration: Duration) -> String {
        Format.duration(.seconds(duration.components.seconds))
    }
}

extension RunState {
    /// The colour of a state on a terminal.
    var style: Palette.Style? {
        switch self {
        case .succeeded: .green
        case .failed: .red
        case .stopped, .stopping: .yellow
        case .running: .cyan
        default: nil
        }
    }
}
