internal import LaunchConsole
internal import LaunchHost

/// `launch job create git`
enum JobCreateGitCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "git", summary: "Store a commit of a git repository, to build an image from",
            discussion: """
                The branch or tag is resolved to a commit now; later pushes have no effect. The commit is fetched with \
                your own git and its credentials when a run needs its image. With --image nothing is built: the job reads \
                the commit's files as input.
                """,
            examples: [
                Example("The default branch as it is now", "launch job create git https://example.com/team/train.git"),
                Example("A tag", "launch job create git git@example.com:team/train.git --git-version v1.2 -a stable"),
            ],
            options: NewJob.options + [
                Option(
                    "git-version", value: "VERSION",
                    help: "A branch, a tag or a full commit ID; the default branch otherwise."),
                Option(
                    "dockerfile", "D", value: "PATH", help: "The Dockerfile's path in the repository.",
                    default: "Dockerfile"),
            ] + NewJob.channelOptions,
            arguments: [Argument("url", help: "https://, ssh://, USER@HOST:PATH or file:///PATH.")]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let url = try arguments.required("url")
            let channel = try NewJob.channel(arguments)
            // The address may contain a password, so it is not printed before it is checked.
            let source = try await Progress.show("Asking the repository", on: terminal, quiet: context.wantsJSON) { _ in
                try await SourceChoice.git(
                    url, version: arguments.string("git-version"), dockerfile: arguments.string("dockerfile"),
                    git: context.git)
            }
            let name = try NewJob.name(arguments, from: url)
            try await NewJob.add(
                name, channel.map(source.with) ?? source, aliases: arguments.strings("alias"), to: try context.store(),
                on: context)
            return .ok
        }
    }
}
