internal import LaunchConcurrency
internal import LaunchConsole
internal import LaunchHost

/// `launch iam-policy`
enum IAMPolicyCommand {
    static func command(_ context: CommandContext.Factory) -> Command {
        Command(
            "iam-policy", summary: "Print the smallest policy that the agent, or the jobs' role, needs",
            discussion: """
                Computed from the configuration and the queues' templates, without calling a service. A value that is \
                only known at submit, such as a template variable in the name of a role, becomes '*'. With --for job it is \
                the policy for the role of the queues' jobs. --trust prints the other half of a role: who may take it. \
                The formats terraform and cloudformation print the whole role.
                """,
            examples: [
                Example("For the agent of the configured queues", "launch iam-policy > agent-policy.json"),
                Example("For the role of one queue's jobs", "launch iam-policy --for job -q train"),
                Example(
                    "Before a queue exists, from its file",
                    "launch iam-policy --file queue.yaml -r \(context.catalog.runners.last?.base.type ?? "TYPE")"),
                Example("Who may take the agent's role", "launch iam-policy --trust ec2 > trust-policy.json"),
                Example("The whole role, for Terraform", "launch iam-policy --format terraform --trust ec2 > role.tf"),
            ],
            options: [
                Option(
                    "queue", "q", value: "NAME",
                    help: "Only for this queue. Default: the configuration's queues, or all.",
                    repeatable: true, values: Completions.queues),
                Option(
                    "file", value: "FILE",
                    help: "For a queue of this file, which need not exist yet. - is standard input.",
                    values: .files),
                Option(
                    "resource", "r", value: "TYPE", help: "The backend of --file.",
                    values: .oneOf(context.catalog.runners.map(\.base.type))),
                Option(
                    "for", value: "WHO", help: "Whose policy.", default: Permission.Holder.agent.rawValue,
                    values: .oneOf([Permission.Holder.agent.rawValue, Permission.Holder.job.rawValue])),
                Option(
                    "trust", value: "SERVICE",
                    help: "The service that may take the role. With the format json, only its trust policy is printed."),
                Option(
                    "format", value: "FORMAT", help: "The policy, or a role of this language.",
                    default: Format.json.rawValue, values: .oneOf(Format.allCases.map(\.rawValue))),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let config = try context.config()
            let backends = try context.backends(config)
            let holder = arguments.string("for").flatMap(Permission.Holder.init(rawValue:)) ?? .agent
            let format = arguments.string("format").flatMap(Format.init(rawValue:)) ?? .json
            guard format != .terraform || !context.wantsJSON else {
                throw UsageError("--format terraform is not JSON, so it cannot be used with --json.")
            }
            if format == .json, let service = arguments.string("trust") {
                // The agent's place is one of the environment, not of a queue.
                let queues = holder == .job ? try await queues(arguments, context, config) : []
                let trust = try RoleTrust(of: holder, parts: parts(of: queues, backends))
                try context.printJSON(try trust.document(for: service, context))
                return .ok
            }
            let queues = try await queues(arguments, context, config)
            let policy = try policy(of: queues, for: holder, config, backends, context)
            if let note = try policy.sizeNote() { context.note("\(note)") }
            guard format != .json else {
                try context.printJSON(policy.json)
                return .ok
            }
            let trust = try RoleTrust(of: holder, parts: parts(of: queues, backends))
            let role = RoleTemplate(
                holder: holder, policy: policy.json,
                trust: try trust.document(for: arguments.string("trust"), context))
            if format == .terraform {
                try terminal.out(try role.terraform())
            } else {
                try context.printJSON(role.cloudFormation)
            }
            return .ok
        }
    }

    private enum Format: String, CaseIterable {
        case json, terraform, cloudformation
    }

    /// The queue of `--file`, the named queues, those of the configuration, or all.
    private static func queues(
        _ arguments: ParsedArguments, _ context: CommandContext, _ config: LaunchConfig
    ) async throws -> [QueueDefinition] {
        let named = arguments.strings("queue")
        if let file = arguments.string("file") {
            guard named.isEmpty else { throw UsageError("--file cannot be used with --queue.") }
            guard let type = arguments.string("resource") else {
                throw UsageError("--file needs --resource, the backend of the queue.")
            }
            let text = QueueText(context: context, runner: try context.catalog.knownRunner(type))
            return [try text.definition(of: config.queues.first ?? "queue", reading: file)]
        }
        guard arguments.string("resource") == nil else { throw UsageError("--resource is only for --file.") }
        let store = try context.store()
        let known = named.isEmpty ? config.queues : named
        let names = known.isEmpty ? try await store.queues().map(\.name) : known
        guard !names.isEmpty else {
            throw LaunchError(
                .unavailable, "The policy depends on the queues, and none exists.",
                hint: "Make one with 'launch queue create', or name the file of one with --file.")
        }
        return try await names.asyncMap { try await store.definition(ofQueue: $0) }
    }

    private static func policy(
        of queues: [QueueDefinition], for holder: Permission.Holder, _ config: LaunchConfig, _ backends: Backends,
        _ context: CommandContext
    ) throws -> PolicyDocument {
        let preview = QueuePreview(backends: backends)
        let policy = PolicyDocument(
            (try queues.flatMap { try preview.permissions(of: $0) } + sources(config, backends))
                .filter { $0.holder == holder })
        let silent = try queues.filter { try !preview.declaresPermissions(of: $0) }.map(\.resource).uniqued
        if !silent.isEmpty {
            context.note(
                "the policy may be incomplete: the runner \(Wording.all(silent)) does not declare the permissions "
                    + "that it needs")
        } else if policy.isEmpty {
            context.note("these queues and this configuration need no cloud permissions")
        }
        return policy
    }

    private static func parts(of queues: [QueueDefinition], _ backends: Backends) throws -> [any Sendable] {
        try [backends.environment] + queues.map(\.resource).uniqued.map { try backends.runner(for: $0) }
    }

    /// The permissions for the sources of a team in an object store.
    private static func sources(_ config: LaunchConfig, _ backends: Backends) -> [Permission] {
        guard case .postgres(let settings) = config.store, let place = settings.blobs,
            let objects = backends.environment as? any ObjectStoring
        else { return [] }
        return objects.permissions(forSourcesAt: place)
    }
}
