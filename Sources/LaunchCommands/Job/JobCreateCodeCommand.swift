internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost

/// `launch job create code`
enum JobCreateCodeCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "code", summary: "Store a snapshot of a folder, to build an image from",
            discussion: """
                Copies the folder's files except those that .dockerignore excludes; later changes of the folder have \
                no effect. The image is built when a run needs it, once for the same content. With --image nothing is \
                built: the job reads the folder as input.
                """,
            examples: [
                Example("Named after the folder: the job 'iris'", "launch job create code examples/iris"),
                Example("Beside an image, without a build", "launch job create code . --image repo/train:v3"),
                Example("With another Dockerfile", "launch job create code . --name train -D docker/Dockerfile.gpu"),
            ],
            options: NewJob.options + [NewJob.dockerfile] + NewJob.channelOptions,
            arguments: [
                Argument("folder", help: "The folder, which becomes the build context.", values: .directories)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let folder = try arguments.required("folder")
            // The absolute path ends with the folder's name, even if the argument is '.'.
            let name = try NewJob.name(arguments, from: URL(filePath: folder).standardizedFileURL.path)
            let store = try context.store()
            let source: Source
            if let channel = try NewJob.channel(arguments) {
                source = try await SourceChoice.channel(folder, home: store.home, context).with(channel)
            } else {
                source = try await SourceChoice.code(
                    folder, dockerfile: arguments.string("dockerfile"), home: store.home, context)
            }
            try await NewJob.add(name, source, aliases: arguments.strings("alias"), to: store, on: context)
            return .ok
        }
    }
}
