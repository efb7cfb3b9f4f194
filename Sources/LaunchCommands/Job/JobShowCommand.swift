internal import LaunchConsole
internal import LaunchHost

/// `launch job show`
enum JobShowCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "show", summary: "Show one version of a job",
            examples: [
                Example("The newest version", "launch job show train"),
                Example("Another one", "launch job show train:v3"),
            ],
            arguments: [JobCommands.reference]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let reference = try JobReference(parsing: try arguments.required("job"))
            let store = try context.store()
            let job = try await store.job(reference)
            if context.wantsJSON {
                try context.printJSON(job)
                return .ok
            }
            var facts = Facts()
            facts.add("job", job.name)
            let count = try await store.jobs(named: job.name).count
            facts.add("version", "v\(job.version), \(Wording.count(count, "version"))")
            facts.add("aliases", job.aliases.isEmpty ? nil : job.aliases.joined(separator: ", "))
            facts.add("project", job.project)
            facts.add("created", job.createdAt.description)
            switch job.source {
            case .image(let text):
                facts.add("image", text)
            case .code(let code):
                facts.add("folder", code.origin)
                facts.add("snapshot", code.snapshot)
                facts.add(code.channel)
                facts.add("dockerfile", code.channel == nil && !code.dockerfile.isEmpty ? code.dockerfile : nil)
            case .template, .algorithm, .noImage:
                facts.add(job.source.kind, job.source.origin)
            case .git(let git):
                facts.add("repository", git.url)
                facts.add("asked for", git.version)
                facts.add("commit", git.commit)
                facts.add(git.channel)
                facts.add("dockerfile", git.channel == nil ? git.dockerfile : nil)
            }
            try terminal.out(facts)
            return .ok
        }
    }
}

extension Facts {
    /// The image of a code channel, and what its start installs.
    fileprivate mutating func add(_ channel: CodeChannel?) {
        guard let channel else { return }
        add("image", channel.image ?? "what the queue names")
        add("requirements", channel.installsRequirements == true ? "installed at each start" : nil)
    }
}
