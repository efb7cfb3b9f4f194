internal import LaunchConsole
internal import LaunchHost

/// `launch agents`
enum AgentsCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "agents", summary: "List agents: where they run, what they serve and how many runs they hold",
            discussion: """
                STATE is 'live', 'draining' (the agent ends when its queues are empty), 'leaving' (it claims no more \
                runs and is about to end), 'suspended', or 'gone' (it ended without releasing its runs, which the next \
                agent of their queues adopts). RUNS is the number of runs that the agent holds, and its 'max_jobs'. \
                LAST CONTACT is the last renewal of its lease on PostgreSQL, by the clock of the server; on SQLite the \
                kernel shows at any time which agents live. \(TableText.piped)
                """,
            examples: [
                Example("All agents", "launch agents"),
                Example(
                    "The agents that serve a queue",
                    "launch agents --json | jq -r '.[] | select(.queues | index(\"train\")) | .host'"),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let (now, agents) = try await context.store().agents()
            if context.wantsJSON {
                try context.printJSON(agents)
                return .ok
            }
            guard !agents.isEmpty else {
                context.note("no agents; 'launch agent -q NAME' starts one")
                return .ok
            }
            var table = Table([
                Table.Column("AGENT", mayTruncate: false), Table.Column("STATE", mayTruncate: false),
                Table.Column("RUNS", .right), Table.Column("QUEUES"), Table.Column("HOST"),
                Table.Column("PROCESS", .right), Table.Column("VERSION"), Table.Column("STARTED", mayTruncate: false),
                Table.Column("LAST CONTACT", mayTruncate: false),
            ])
            for agent in agents {
                table.add([
                    Table.Cell(agent.id.rawValue), Table.Cell(agent.state.rawValue, agent.state.style),
                    Table.Cell("\(agent.jobs)\(agent.maxJobs.map { "/\($0)" } ?? "")"),
                    Table.Cell(agent.queues.joined(separator: ",")), Table.Cell(agent.host),
                    Table.Cell(String(agent.pid)), Table.Cell(agent.version ?? "-"),
                    Table.Cell(ago(agent.startedAt, now)), Table.Cell(agent.lastContact.map { ago($0, now) } ?? "-"),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }

    private static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
        Format.relative(ago: .milliseconds(max(0, now.milliseconds.saturatingSubtracting(time.milliseconds))))
    }
}

extension AgentRecord.State {
    /// The colour of a state on a terminal.
    fileprivate var style: Palette.Style? {
        switch self {
        case .live: .green
        case .draining, .leaving: .cyan
        case .suspended: .yellow
        case .gone: .red
        }
    }
}
