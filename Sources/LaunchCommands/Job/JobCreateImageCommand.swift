internal import LaunchConsole
internal import LaunchHost

/// `launch job create image`
enum JobCreateImageCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "image", summary: "Store an image that exists already",
            discussion: """
                The image's tag becomes an alias of the version. A tag such as v3 becomes the version's number if no \
                version has that number or a higher one. The tag latest becomes no alias: JOB:latest is the newest \
                version. The image is looked up, and pinned to its digest, when a run needs it.
                """,
            examples: [
                Example(
                    "Named after its repository: the job 'train'",
                    "launch job create image localhost:5000/team/train:v2"),
                Example("In a project", "launch job create image localhost:5000/team/train:v2 -p vision"),
                Example("Under another name", "launch job create image busybox:1 --name hello --alias best"),
            ],
            options: NewJob.options, arguments: [Argument("uri", help: "The image, such as HOST:PORT/REPOSITORY:TAG.")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let text = try arguments.required("uri")
            let image: ImageReference
            do throws(ImageReference.Invalid) {
                image = try ImageReference(parsing: text)
            } catch {
                throw LaunchError(.invalid, error.description)
            }
            var aliases = arguments.strings("alias")
            if let alias = image.tag.flatMap(JobNaming.alias(ofTag:)), !aliases.contains(alias) {
                aliases.append(alias)
            }
            let name = try NewJob.name(arguments, from: image.repository)
            let tagged = image.tag.flatMap(JobNaming.version(ofTag:))
            let unkept = image.tag.flatMap { tag in
                tagged == nil && tag != JobReference.latest && JobNaming.alias(ofTag: tag) == nil ? tag : nil
            }
            try await NewJob.add(
                name, .image(text), aliases: aliases, tagged: tagged, unkept: unkept, to: try context.store(),
                on: context)
            return .ok
        }
    }
}
