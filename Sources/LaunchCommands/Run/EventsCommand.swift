internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost

/// `launch events`
enum EventsCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "events", summary: "Show every state change of a run, with its cause",
            discussion: """
                --json prints one array of events. With --follow it prints one JSON object for each line.
                """,
            examples: [
                Example("The history of one run", "launch events abc12345"),
                Example("Of all runs, as they happen", "launch events -f"),
            ],
            options: [Option(flag: "follow", "f", help: "Wait for more; for one run until it has ended.")],
            arguments: [
                Argument(
                    "run", help: "The run's ID or a unique prefix of it; all runs otherwise.", required: false,
                    values: Completions.runs)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let follow = arguments.flag("follow")
            let store = try context.store(isFollowed: follow)
            let run = try await arguments.strings("run").asyncMap { try await store.run(matching: $0) }.first
            let listener = follow ? try await store.listen() : nil
            var rings = listener?.rings.makeAsyncIterator()
            var last: Int64 = 0
            var all: [EventRecord] = []
            repeat {
                let events = try await store.events(of: run?.id, after: last)
                for event in events {
                    last = event.sequence
                    // The events of one run are printed in the order of their times: an interruption may be stored
                    // after later events.
                    guard !context.wantsJSON, follow || run == nil else { continue }
                    try terminal.out(line(event, withRun: run == nil))
                }
                if context.wantsJSON, follow {
                    for event in events { try terminal.out(json: try JSON.canonical(event)) }
                }
                all += follow ? [] : events
                if !events.isEmpty, !follow { continue }
                if let run, try await store.run(run.id).state.isTerminal, events.isEmpty { break }
                if !events.isEmpty { continue }
                guard follow, await rings?.next() != nil else { break }
            } while true
            if context.wantsJSON, !follow {
                try context.printJSON(all)
            } else if run != nil {
                for event in all.sorted(by: { ($0.at, $0.sequence) < ($1.at, $1.sequence) }) {
                    try terminal.out(line(event, withRun: false))
                }
            }
            return .ok
        }
    }

    private static func line(_ event: EventRecord, withRun: Bool) -> Styled {
        let state = event.state.rawValue.padding(to: 11)
        let words = [event.message, event.cause?.message].compactMap(\.self).joined(separator: ": ")
        // Indents further lines of a message below its first line.
        let margin =
            String(repeating: " ", count: event.at.description.count + 2 + state.count)
            + (withRun ? String(repeating: " ", count: event.runID.rawValue.count + 2) : "")
        return Styled("\(event.at)  ", .dim) + (withRun ? "\(event.runID)  " : "")
            + Styled(state, event.state.style) + Styled(lines: words.replacing("\n", with: "\n" + margin))
    }
}
