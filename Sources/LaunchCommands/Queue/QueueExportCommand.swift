internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost
internal import LaunchSafeFiles

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
                let files = ExportFolder(path: folder, replaces: arguments.flag("force"))
                let paths = try files.write(results.map { ($0.name, $0.text) })
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

/// The folder into which the files of queues are written.
struct ExportFolder {
    let path: String
    /// Whether files with another content are replaced.
    let replaces: Bool

    /// Writes each text to a file of that name. All names are checked before the first file is written.
    /// - Returns: the paths, in the order of the texts.
    /// - Throws: `LaunchError` if a file exists with another content, or cannot be written.
    func write(_ texts: [(name: String, text: String)]) throws -> [String] {
        var files: [(path: String, text: String, isNew: Bool)] = []
        for (name, text) in texts {
            try Names.check(name, of: "queue")
            let path = path.hasSuffix("/") ? "\(path)\(name).yaml" : "\(path)/\(name).yaml"
            let present = FileManager.default.contents(atPath: path)
            files.append((path, text, present != Data(text.utf8)))
            guard present == nil || present == Data(text.utf8) || replaces else {
                throw LaunchError(
                    .invalid, "'\(path)' exists with another content, and nothing was written.",
                    hint:
                        "Compare them with 'launch apply --dry-run -f \(Wording.shortened(path))', and replace the file "
                        + "with --force.")
            }
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw LaunchError(.unavailable, "The folder '\(path)' cannot be made: \(error)")
        }
        for file in files where file.isNew {
            do throws(FileFailure) { try AtomicFile.replace(file.path, with: Array(file.text.utf8)) } catch {
                throw LaunchError(.unavailable, "'\(file.path)' cannot be written: \(error.reason).")
            }
        }
        return files.map(\.path)
    }
}
