internal import LaunchConsole
internal import LaunchHost

/// `launch import`
enum ImportCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "import", summary: "Write files of this program from those of another",
            examples: [Example("Of W&B Launch", "launch import wandb launch-config.yaml queue.json --to launch")],
            groups: [CommandGroup([wandb(context)])])
    }

    private struct View: Encodable {
        let kind: String
        let from: String
        let path: String?
        let text: String
        let notes: JSONValue
    }

    private static func wandb(_ context: CommandContext.Factory) -> Command {
        Command(
            "wandb", summary: "Write files of this program from those of W&B Launch",
            discussion: """
                Reads a launch-config.yaml, the configuration of a queue as W&B's page or API shows it (the template, below \
                the resource's name or resource_args, or with name, type and config), and wandb-job.json. Each key that is \
                left out or changed is named with its position and what to do. Nothing of a file is executed, and no \
                service is called.

                With --to, the files are DIR/launch-config.yaml, DIR/queues/NAME.yaml for 'launch apply', and \
                DIR/jobs/NAME.yaml for 'launch submit --spec'. A file with another content is not replaced without \
                --force. Without --to, one file is printed.
                """,
            examples: [
                Example("See what becomes of a file", "launch import wandb ~/.config/wandb/launch-config.yaml"),
                Example(
                    "Everything", "launch import wandb launch-config.yaml train.json job/wandb-job.json --to launch"),
                Example("Then", "launch apply -f launch/queues --dry-run"),
            ],
            options: [
                Option("to", value: "DIR", help: "The folder of the files; it is made.", values: .directories),
                Option(
                    "resource", "r", value: "TYPE", help: "The backend of queues whose file does not say it.",
                    values: .oneOf(context.catalog.runners.map(\.base.type))),
                Option(
                    "name", "n", value: "NAME", help: "The name of the one queue or job; that of its file otherwise."),
                Option(flag: "force", help: "Replace files with another content."),
            ],
            arguments: [Argument("path", help: "The files; - is standard input.", repeatable: true, values: .files)]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let paths = arguments.strings("path")
            let folder = arguments.string("to")
            if folder == nil, !context.wantsJSON, paths.count > 1 {
                throw arguments.usageError("several files need a folder; name it with --to DIR")
            }
            if arguments.string("name") != nil, paths.count > 1 {
                throw arguments.usageError("--name is for one file")
            }
            let files = try ImportedFile.read(paths, context)
            for note in files.flatMap(\.notes) where !context.wantsJSON { terminal.show(note) }
            let written = try folder.map { folder in
                let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
                return try ExportFolder(replaces: arguments.flag("force")).write(
                    files.map { ("\(folder)/\($0.place)", $0.text) })
            }
            if context.wantsJSON {
                try context.printJSON(
                    try files.enumerated().map { index, file in
                        View(
                            kind: file.kind.rawValue, from: file.origin, path: written?[index], text: file.text,
                            notes: try DiagnosticRenderer.json(file.notes)["diagnostics"] ?? .array([]))
                    })
            } else if let written {
                for path in written { try terminal.out(path) }
            } else {
                for file in files { try terminal.out(data: file.text) }
            }
            return .ok
        }
    }
}
