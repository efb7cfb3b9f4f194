internal import LaunchConsole
internal import LaunchHost

/// The commands about stored jobs.
enum JobCommands {
    static func group(_ context: CommandContext.Factory) -> Command {
        Command(
            "job", summary: "Store images and sources under a name, to run them repeatedly",
            discussion: """
                A job is an image, or a source to build one from, under a name. Creating it again adds a version: NAME \
                is the newest one, NAME:v3 the third, NAME:ALIAS the one that the alias points to. A version has a \
                project, which its runs get unless their submitter names another one.
                """,
            examples: [
                Example("Store an image", "launch job create image busybox:1 --name hello"),
                Example("See what there is", "launch job list"),
            ],
            advice: Advice.job,
            groups: [
                CommandGroup([
                    create(context), JobListCommand.command(context), JobShowCommand.command(context),
                    JobDeleteCommand.command(context),
                ])
            ])
    }

    private static func create(_ context: CommandContext.Factory) -> Command {
        Command(
            "create", summary: "Store an image, a folder, a git commit or none of them as a new version of a job",
            discussion: "Prints only the version, such as train:v1, on standard output.",
            examples: [
                Example("A ready image", "launch job create image localhost:5000/team/train:v2"),
                Example("A folder with a Dockerfile", "launch job create code examples/iris --name iris"),
                Example(
                    "A git repository, as its branch is now", "launch job create git https://example.com/team/train.git"
                ),
            ],
            groups: [
                CommandGroup([
                    JobCreateImageCommand.command(context), JobCreateCodeCommand.command(context),
                    JobCreateGitCommand.command(context), JobCreateTemplateCommand.command(context),
                ])
            ])
    }

    /// A version of a job; without one, the newest.
    static let reference = Argument(
        "job", help: "The job: NAME, NAME:ALIAS or NAME:v3.", values: Completions.jobs)
}
