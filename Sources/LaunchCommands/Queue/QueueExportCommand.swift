internal import LaunchConsole
internal import LaunchHost

/// `launch queue export`
enum QueueExportCommand {
    private struct Result: Encodable {
        var name: String
        var resource: String
        /// The file that was written; nil if the text is only printed.
        var path: String?
        var text: String
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "export", summary: "Print or write the files of queues, as 'launch apply' reads them",
            discussion: """
                The file is the text that 'launch queue create' or 'launch queue edit' stored, with its comments, and with the \
                keys 'queue' and 'resource' at its top level. Runs, pauses and the rights of users are not part of it.

                With --to, each queue is a file DIR/NAME.yaml. A file with another content is not replaced without --force.
                """,
            examples: [
                Example("One queue", "launch queue export train"),
                Example("All queues, to keep them in git", "launch queue export --to queues"),
                Example("To another store", "launch queue export train | launch apply -c other.yaml -f -"),
            ],
            options: [
                Option("to", value: "DIR", help: "The folder of the files; it is made.", values: .directories),
                Option(flag: "force", help: "Replace files with another content."),
            ],
            arguments: [
                Argument(
                    "name", help: "The queues. Without a name, all.", required: false, repeatable: true,
                    values: Completions.queues)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let names = arguments.strings("name").uniqued
            var queues: [QueueRecord] = []
            for name in names { queues.append(try await store.queue(name)) }
            if names.isEmpty { queues = try await store.queues() }
            if let problem = queues.lazy.compactMap(\.problem).first { throw problem }
            let folder = arguments.string("to")
            if folder == nil, !context.wantsJSON, queues.count > 1 {
                throw arguments.usageError(
                    "\(queues.count) queues do not fit into one file; name a folder with --to DIR, or one queue")
            }
            var results = try queues.map { queue in
                let definition = queue.definition
                return Result(name: queue.name, resource: definition.resource, text: try definition.exported)
            }
            if let folder {
                let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
                let paths = try ExportFolder(replaces: arguments.flag("force")).write(
                    try results.map { result in
                        try Names.check(result.name, of: "queue")
                        return ("\(folder)/\(result.name).yaml", result.text)
                    })
                for (index, path) in paths.enumerated() { results[index].path = path }
            }
            if context.wantsJSON {
                try context.printJSON(results)
            } else {
                for result in results {
                    if let path = result.path { try terminal.out(path) } else { try terminal.out(data: result.text) }
                }
                if results.isEmpty { context.note("no queues") }
            }
            return .ok
        }
    }
}
