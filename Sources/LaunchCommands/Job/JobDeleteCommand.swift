internal import Console
internal import LaunchHost

/// `launch job delete`
enum JobDeleteCommand {
    private struct Result: Encodable {
        var job: String
        var deletedVersions: Int
    }

    static func command(_ bench: Workbench.Maker) -> Command {
        Command(
            "delete", summary: "Remove a job, or one version of it",
            discussion: "Runs that were submitted from it are not affected.",
            examples: [
                Example("One version", "launch job delete train:v3"),
                Example("The job with all its versions", "launch job delete train"),
            ],
            arguments: [JobCommands.reference]
        ) { arguments, terminal in
            let bench = bench(arguments, terminal)
            let reference = try JobReference(parsing: try arguments.required("job"))
            let count = try bench.store().deleteJob(reference)
            if bench.wantsJSON { try bench.printJSON(Result(job: reference.description, deletedVersions: count)) }
            bench.note("\(Wording.count(count, "version")) of the job '\(reference.name)' deleted.")
            return .ok
        }
    }
}
