internal import LaunchConsole
internal import LaunchHost

/// The common parts of the three ways to create a job: name, aliases and output.
enum NewJob {
    static let options = [
        Option(
            "name", "n", value: "NAME", help: "The job; named after its source otherwise.",
            values: Completions.jobNamesOnly),
        Option(
            "alias", "a", value: "ALIAS", help: "A name for this version; an earlier version with it loses it.",
            repeatable: true),
        Option(
            "project", "p", value: "NAME",
            help: "The project of its runs; that of the job's newest version, else \(LaunchSpec.defaultProject).",
            environment: "LAUNCH_PROJECT", values: Completions.projects),
    ]

    static let dockerfile = Option(
        "dockerfile", "D", value: "PATH",
        help: "The Dockerfile's path in the source; \(DockerfileChoice.names.joined(separator: ", then ")) otherwise.",
        values: .files)

    /// The options of code beside an image.
    static let channelOptions = [
        Option("image", "d", value: "URI", help: "Build nothing: the job reads the code as input, in this image."),
        Option(
            flag: "code-requirements", help: "With --image: install the code's requirements.txt when a run starts."),
    ]

    /// The code channel of the options; nil if an image is built.
    /// - Throws: `UsageError` if options contradict each other.
    static func channel(_ arguments: ParsedArguments) throws -> CodeChannel? {
        let installs = arguments.flag("code-requirements")
        guard let text = arguments.string("image") else {
            guard !installs else { throw arguments.usageError("--code-requirements needs --image") }
            return nil
        }
        guard arguments.source(of: "dockerfile") != .commandLine else {
            throw arguments.usageError("--dockerfile is for a build, and with --image nothing is built")
        }
        do {
            let image = try ImageReference(parsing: text).description
            return CodeChannel(image: image, installsRequirements: installs ? true : nil)
        } catch {
            throw LaunchError(.invalid, error.description)
        }
    }

    /// The requested name, otherwise one from the source's address.
    /// - Throws: `UsageError` if the address contains no usable name.
    static func name(_ arguments: ParsedArguments, from source: String) throws -> String {
        if let name = arguments.string("name") { return name }
        guard let name = JobNaming.name(from: source) else {
            throw arguments.usageError("no name can be made from '\(Terminal.printable(source))'; give one with --name")
        }
        return name
    }

    /// Stores the version and prints its number.
    /// - Parameter tagged: The version that the image's tag names. A job's `NAME:v3` must not name an image with another
    ///   tag, so the version takes that number, or the user is warned.
    /// - Parameter unkept: A tag such as `v02`, which resembles a version but is not one. The user is warned.
    static func add(
        _ name: String, _ source: Source, aliases: [String], tagged: Int? = nil, unkept: String? = nil, to store: Store,
        on context: CommandContext
    ) async throws {
        try await SourceChoice.share(source, store, context)
        let job = try await store.createJob(
            name, source: source, aliases: aliases, project: context.arguments.string("project"), number: tagged ?? 1)
        if let tagged, job.version != tagged {
            context.terminal.show(
                Diagnostic(
                    .warning, "\(name):v\(tagged) does not name this image: the job has a version \(tagged) or higher",
                    hint: "This image is \(name):v\(job.version). For a job of its own, give --name."))
        }
        if let unkept {
            context.terminal.show(
                Diagnostic(
                    .warning, "the tag \(unkept) does not become an alias: v and digits name versions of a job",
                    hint: "This image is \(name):v\(job.version). Another name for it is given with --alias."))
        }
        if context.wantsJSON {
            try context.printJSON(job)
        } else {
            try context.terminal.out("\(job.name):v\(job.version)")
        }
    }
}
