internal import LaunchConsole
internal import LaunchHost

/// `launch queue list`
enum QueueListCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List queues", discussion: TableText.piped,
            examples: [
                Example("All queues", "launch queue list"),
                Example("Those that are paused", "launch queue list --json | jq -r '.[] | select(.paused) | .name'"),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let queues = try await context.store().queues()
            if context.wantsJSON {
                try context.printJSON(try queues.map { try QueueView($0, whole: false) })
                return .ok
            }
            guard !queues.isEmpty else {
                context.note("no queues; make one with 'launch queue create NAME --resource TYPE'")
                return .ok
            }
            var table = Table([
                Table.Column("QUEUE"), Table.Column("RESOURCE"), Table.Column("STATE"),
                Table.Column("WAITING", .right), Table.Column("UNDER WAY", .right), Table.Column("ENDED", .right),
            ])
            for queue in queues {
                let counts = queue.counts
                table.add([
                    Table.Cell(queue.name), Table.Cell(queue.definition.resource),
                    queue.damage != nil
                        ? Table.Cell("unreadable", .red)
                        : queue.paused ? Table.Cell("paused", .yellow) : Table.Cell("open", .green),
                    Table.Cell(String(counts[.queued])), Table.Cell(String(counts.unfinished - counts[.queued])),
                    Table.Cell(String(counts.total - counts.unfinished)),
                ])
            }
            try terminal.out(table)
            for case let problem? in queues.map(\.problem) { context.note("\(problem.description)") }
            return .ok
        }
    }
}
