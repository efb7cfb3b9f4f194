internal import Console
internal import FoundationEssentials
internal import LaunchHost

/// `launch job create code`
enum JobCreateCodeCommand {
    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "code", summary: "Keep a folder as it is now, to build an image from",
            discussion: """
                The folder's files, without those that .dockerignore names, are copied; later changes of the folder make \
                no difference. The image is built when a run needs it, once for the same content.
                """,
            examples: [
                Example("Named after the folder: the job 'iris'", "launch job create code examples/iris"),
                Example("With another Dockerfile", "launch job create code . --name train -D docker/Dockerfile.gpu"),
            ],
            options: NewJob.options + [NewJob.dockerfile],
            arguments: [
                Argument("folder", help: "The folder, which is the context of the build.", values: .directories)
            ]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let folder = try arguments.required("folder")
            // An absolute path has a name, also for '.'.
            let name = try NewJob.name(arguments, from: URL(filePath: folder).standardizedFileURL.path)
            let store = try bench.store()
            let source = try await SourceChoice.code(
                folder, dockerfile: arguments.string("dockerfile"), home: store.home, limits: bench.limits,
                terminal: terminal, quiet: bench.wantsJSON)
            try NewJob.add(name, source, aliases: arguments.strings("alias"), to: store, on: bench)
            return .ok
        }
    }
}
