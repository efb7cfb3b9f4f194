internal import LaunchConsole
internal import LaunchHost

/// `launch job list`
enum JobListCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "list", summary: "List jobs, or the versions of one", discussion: TableText.piped,
            examples: [
                Example("The newest version of each job", "launch job list"),
                Example("All versions of one", "launch job list train"),
                Example("The newest version of each job in a project", "launch job list -p vision"),
                Example("All versions of all", "launch job list --all --json"),
            ],
            options: [
                Option(flag: "all", help: "All versions of all jobs."),
                Option(
                    "project", "p", value: "NAME", help: "Only versions of this project.", values: Completions.projects),
            ],
            arguments: [
                Argument(
                    "name", help: "The job whose versions to list.", required: false, values: Completions.jobNamesOnly)
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let name = arguments.string("name")
            let project = arguments.string("project")
            var jobs = try await context.store().jobs(named: name, project: project)
            if name == nil, !arguments.flag("all") { jobs = newest(jobs) }
            if context.wantsJSON {
                try context.printJSON(jobs)
                return .ok
            }
            guard !jobs.isEmpty else {
                context.note(
                    project.map { "no jobs in the project '\($0)'" }
                        ?? "no jobs; make one with 'launch job create image URI'")
                return .ok
            }
            var table = Table([
                Table.Column("JOB"), Table.Column("VERSION", mayTruncate: false),
                Table.Column("PROJECT"), Table.Column("ALIASES"), Table.Column("KIND"), Table.Column("SOURCE"),
            ])
            for job in jobs {
                table.add([
                    Table.Cell(job.name), Table.Cell("v\(job.version)"), Table.Cell(job.project),
                    Table.Cell(job.aliases.joined(separator: ", ")), Table.Cell(job.source.kind),
                    job.damage == nil ? Table.Cell(job.source.origin) : Table.Cell("unreadable", .red),
                ])
            }
            try terminal.out(table)
            return .ok
        }
    }

    /// The first version of each name. The list is ordered newest first.
    private static func newest(_ jobs: [JobRecord]) -> [JobRecord] {
        var seen: Set<String> = []
        return jobs.filter { seen.insert($0.name).inserted }
    }
}

extension Source {
    /// The word for the kind of source, as in 'launch job create'.
    var kind: String {
        switch self {
        case .image: "image"
        case .code: "code"
        case .git: "git"
        case .template: "template"
        case .algorithm: "algorithm"
        case .noImage: "none"
        }
    }
}
