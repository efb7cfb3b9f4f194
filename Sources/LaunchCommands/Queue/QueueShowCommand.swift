internal import LaunchConsole
internal import LaunchHost

/// `launch queue show`
enum QueueShowCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "show", summary: "Show one queue: its runs, its variables and its template",
            examples: [
                Example("Everything about it", "launch queue show train"),
                Example(
                    "Its file, as it was written, to change elsewhere",
                    "launch queue show train --template > train.yaml"),
            ],
            options: [Option(flag: "template", help: "Print only the text of its file.")],
            arguments: [QueueCommands.name]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let queue = try await context.store().queue(try arguments.required("name"), evenDamaged: true)
            if context.wantsJSON {
                try context.printJSON(try QueueView(queue))
            } else if arguments.flag("template") {
                let text = try queue.definition.text
                try terminal.out(data: text.hasSuffix("\n") ? text : text + "\n")
            } else {
                try show(queue, on: terminal)
            }
            return .ok
        }
    }

    private static func show(_ queue: QueueRecord, on terminal: Terminal) throws {
        let definition = queue.definition
        var facts = Facts()
        facts.add("queue", queue.name)
        facts.add("resource", definition.resource)
        facts.add("state", queue.paused ? "paused\(Self.pause(of: queue)): no runs are claimed from it" : "open")
        let counts = RunState.allCases.filter { queue.counts[$0] > 0 }.map { "\(queue.counts[$0]) \($0.rawValue)" }
        facts.add("runs", counts.isEmpty ? "none yet" : counts.joined(separator: ", "))
        facts.add("created", queue.createdAt.description)
        if queue.updatedAt != queue.createdAt { facts.add("changed", queue.updatedAt.description) }
        facts.add("file", definition.fileName)
        facts.add("damage", queue.problem?.description)
        if let allowed = try definition.allowOverrides?.decode([FieldPath].self) {
            let names = allowed.map(\.description).map { $0.isEmpty ? "everything" : $0 }
            facts.add("overrides", names.isEmpty ? "nothing may be changed at submit" : names.joined(separator: ", "))
        }
        let rules = definition.policy.facts(isLocked: definition.allowOverrides != nil)
        facts.add("allows", rules.isEmpty ? nil : rules.map { "\($0.name): \($0.value)" }.joined(separator: "; "))
        facts.add("limits", definition.limits?.summary)
        facts.add("owners", definition.owners.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") })
        try terminal.out(facts)
        if let declared = definition.variables.arrayValue, !declared.isEmpty {
            try terminal.out("")
            try terminal.out(table(of: try definition.variables.decode([TemplateVariable].self)), isPart: true)
        }
        try terminal.out("\n\(Styled("template", .bold))")
        for line in try definition.text.split(separator: "\n", omittingEmptySubsequences: false).trimmed {
            try terminal.out(line.isEmpty ? "" : "  \(line)")
        }
    }

    private static func pause(of queue: QueueRecord) -> String {
        (queue.pausedBy.map { " by \($0)" } ?? "") + (queue.pausedAt.map { " since \($0)" } ?? "")
    }

    private static func table(of variables: [TemplateVariable]) -> Table {
        var table = Table([
            Table.Column("VARIABLE", mayTruncate: false), Table.Column("VALUE"), Table.Column("DEFAULT"),
            Table.Column("MEANING"),
        ])
        for variable in variables {
            let standard = variable.defaultValue.flatMap { $0.stringValue ?? (try? JSON.canonical($0)) }
            table.add([
                Table.Cell(variable.name), Table.Cell(variable.expectation),
                standard.map { Table.Cell($0) } ?? Table.Cell("required", .yellow), Table.Cell(variable.help ?? ""),
            ])
        }
        return table
    }
}

extension [Substring] {
    /// The lines without the empty ones at the end.
    fileprivate var trimmed: Self {
        var lines = self
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
