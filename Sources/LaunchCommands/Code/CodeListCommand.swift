internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch code list`
enum CodeListCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List the uploaded versions of code",
            discussion: """
                Shows each version with its size, the time of its last use, and the runs of this store that use it and have \
                not ended. A use is recorded at most once a day. Runs of other stores that share the place are not seen. An \
                incomplete version is one that an upload or a removal has not completed; no run uses it.

                \(TableText.piped)
                """,
            examples: [
                Example("The code of all queues", "launch code list"),
                Example("Of one queue", "launch code list -q train"),
                Example("Total size in bytes", "launch code list --json | jq '[.[].bytes] | add'"),
            ],
            options: CodeCommands.options
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let backends = try context.backends(try context.config())
            let roots = try await CodeCommands.roots(arguments, context, backends)
            let entries = try await CodeView.entries(roots, store, backends, context)
            if context.wantsJSON {
                try context.printJSON(entries.map { CodeView($0) })
                return .ok
            }
            guard !entries.isEmpty else {
                context.note(
                    roots.isEmpty
                        ? "no queue has a place for code" : "no code below \(Wording.all(roots.map { "\($0)" }))")
                return .ok
            }
            try terminal.out(CodeView.table(entries))
            return .ok
        }
    }
}

/// A version of code for people and programs.
struct CodeView: Encodable {
    enum State: String, Encodable { case complete, incomplete, removing }

    var code: String
    var place: String
    var state: State
    var files: Int
    var bytes: Int64
    /// Nil if the object store does not say it.
    var lastUse: Timestamp?
    var runs: [RunID]

    init(_ entry: CodeLibrary.Entry) {
        let version = entry.version
        code = version.place.digest
        place = version.place.root
        state = version.isBeingRemoved ? .removing : version.isComplete ? .complete : .incomplete
        (files, bytes) = (version.files, version.bytes)
        (lastUse, runs) = (version.lastUse, entry.runs)
    }

    /// The versions below the roots, in the order of the roots.
    static func entries(
        _ roots: [String], _ store: Store, _ backends: Backends, _ context: CommandContext
    ) async throws -> [CodeLibrary.Entry] {
        var entries: [CodeLibrary.Entry] = []
        for root in roots {
            entries += try await Progress.show(
                "Listing \(root)", on: context.terminal, quiet: context.wantsJSON
            ) { progress in
                try await CodeLibrary(at: root, store, backends).entries { progress.update(nil, .items($0, "objects")) }
            }
        }
        return entries
    }

    /// The versions, one a line.
    static func table(_ entries: [CodeLibrary.Entry]) -> Table {
        var table = Table([
            Table.Column("CODE", mayTruncate: false), Table.Column("STATE"), Table.Column("FILES", .right),
            Table.Column("SIZE", .right), Table.Column("LAST USE"), Table.Column("RUNS"), Table.Column("PLACE"),
        ])
        let now = Timestamp(Date())
        for view in entries.map({ CodeView($0) }) {
            let age = view.lastUse.map {
                Format.relative(ago: .milliseconds(now.milliseconds.saturatingSubtracting($0.milliseconds)))
            }
            table.add([
                Table.Cell(String(view.code.prefix(12))),
                Table.Cell(view.state.rawValue, view.state == .complete ? .green : .yellow),
                Table.Cell(String(view.files)), Table.Cell(Format.bytes(view.bytes)), Table.Cell(age ?? "-"),
                Table.Cell(view.runs.isEmpty ? "-" : view.runs.map(\.rawValue).joined(separator: ", ")),
                Table.Cell(view.place),
            ])
        }
        return table
    }
}
