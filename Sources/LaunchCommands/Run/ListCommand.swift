internal import Console
internal import FoundationEssentials
internal import LaunchHost

/// `launch list`
enum ListCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "list", summary: "List runs, newest first",
            examples: [
                Example("What runs now", "launch list --state running"),
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
                Option("limit", "n", value: "N", help: "At most so many; 0 for all.", default: "20"),
            ]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let limit = try arguments.integer("limit", in: 0...1_000_000) ?? 20
            let store = try bench.store()
            if let queue = arguments.string("queue") { _ = try store.queue(queue, evenDamaged: true) }
            let states = arguments.strings("state").compactMap(RunState.init(rawValue:))
            let runs = try store.runs(
                RunFilter(states: states, queue: arguments.string("queue"), limit: limit == 0 ? nil : limit))
            if bench.wantsJSON {
                try bench.printJSON(runs.map { RunView($0) })
                return .ok
            }
            guard !runs.isEmpty else {
                bench.note("no runs")
                return .ok
            }
            var table = Table([
                Table.Column("RUN", mayTruncate: false), Table.Column("STATE", mayTruncate: false),
                Table.Column("QUEUE"), Table.Column("NAME"), Table.Column("SUBMITTED", mayTruncate: false),
                Table.Column("CAUSE"),
            ])
            let now = Date()
            for run in runs {
                let age = Duration.seconds(max(0, now.timeIntervalSince(run.submittedAt.date)))
                table.add([
                    Table.Cell(run.id.rawValue), Table.Cell(run.state.rawValue, run.state.style),
                    Table.Cell(run.queue ?? "-"), Table.Cell(run.name), Table.Cell(Format.relative(ago: age)),
                    Table.Cell(run.cause?.message.split(separator: "\n").first.map(String.init) ?? ""),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }
}

extension RunState {
    /// How a state is set off on a terminal.
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
