internal import LaunchConsole
internal import LaunchHost

/// `launch job create template`
enum JobCreateTemplateCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "template", summary: "Store a job without an image of its own",
            discussion: """
                Its runs have the image or the algorithm that the template of their queue names, or no image if the \
                queue's runner needs none. A queue that needs an image and names none refuses them.
                """,
            examples: [Example("For queues that say what runs", "launch job create template --name nightly -p vision")],
            options: NewJob.options
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            guard let name = arguments.string("name") else {
                throw arguments.usageError("a job without a source needs a name; give one with --name")
            }
            try await NewJob.add(
                name, .template, aliases: arguments.strings("alias"), to: try context.store(), on: context)
            return .ok
        }
    }
}
