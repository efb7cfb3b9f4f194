internal import LaunchConsole
internal import LaunchHost

/// `launch job delete`
enum JobDeleteCommand {
    private struct Result: Encodable {
        var job: String
        var deletedVersions: Int
    }

    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "delete", summary: "Remove a job, or one version of it",
            discussion: "Runs that were submitted from it are not affected.",
            examples: [
                Example("One version", "launch job delete train:v3"),
                Example("The job with all its versions", "launch job delete train"),
            ],
            arguments: [JobCommands.reference]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let reference = try JobReference(parsing: try arguments.required("job"))
            let count = try await context.store().deleteJob(reference)
            if context.wantsJSON { try context.printJSON(Result(job: reference.description, deletedVersions: count)) }
            context.note("\(Wording.count(count, "version")) of the job '\(reference.name)' deleted.")
            return .ok
        }
    }
}
