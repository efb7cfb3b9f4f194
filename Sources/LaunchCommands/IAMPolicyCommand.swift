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
                the policy for the role of the queues' jobs.
                """,
            examples: [
                Example("For the agent of the configured queues", "launch iam-policy > agent-policy.json"),
                Example("For the role of one queue's jobs", "launch iam-policy --for job -q train"),
            ],
            options: [
                Option(
                    "queue", "q", value: "NAME",
                    help: "Only for this queue. Default: the configuration's queues, or all.",
                    repeatable: true, values: Completions.queues),
                Option(
                    "for", value: "WHO", help: "Whose policy.", default: Permission.Holder.agent.rawValue,
                    values: .oneOf([Permission.Holder.agent.rawValue, Permission.Holder.job.rawValue])),
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let store = try context.store()
            let config = try context.config()
            let backends = try context.backends(config)
            let named = arguments.strings("queue")
            let known = named.isEmpty ? config.queues : named
            let names = known.isEmpty ? try await store.queues().map(\.name) : known
            guard !names.isEmpty else {
                throw LaunchError(
                    .unavailable, "The policy depends on the queues, and none exists.",
                    hint: "Make one with 'launch queue create'.")
            }
            let holder = arguments.string("for").flatMap(Permission.Holder.init(rawValue:)) ?? .agent
            let queues = try await names.asyncMap { try await store.definition(ofQueue: $0) }
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
            try context.printJSON(policy.json)
            return .ok
        }
    }

    /// The permissions for the sources of a team in an object store.
    private static func sources(_ config: LaunchConfig, _ backends: Backends) -> [Permission] {
        guard case .postgres(let settings) = config.store, let place = settings.blobs,
            let objects = backends.environment as? any ObjectStoring
        else { return [] }
        return objects.permissions(forSourcesAt: place)
    }
}

/// Permissions as an IAM policy document. Permissions that differ only in actions or only in resources share a
/// statement.
struct PolicyDocument {
    private struct Statement {
        var actions: [String]
        var resources: [String]
        var condition: JSONValue?
    }

    private var statements: [Statement] = []

    init(_ permissions: [Permission]) {
        for permission in permissions {
            let (actions, resources) = (permission.actions.sorted(), permission.resources.sorted())
            if let index = statements.firstIndex(where: {
                $0.condition == permission.condition && $0.resources == resources
            }) {
                statements[index].actions = Set(statements[index].actions + actions).sorted()
            } else if let index = statements.firstIndex(where: {
                $0.condition == permission.condition && $0.actions == actions
            }) {
                statements[index].resources = Set(statements[index].resources + resources).sorted()
            } else {
                statements.append(Statement(actions: actions, resources: resources, condition: permission.condition))
            }
        }
    }

    /// Whether the policy allows nothing.
    var isEmpty: Bool { statements.isEmpty }

    var json: JSONValue {
        .object([
            "Version": .string("2012-10-17"),
            "Statement": .array(
                statements.map { statement in
                    var members: [String: JSONValue] = [
                        "Effect": .string("Allow"), "Action": .array(statement.actions.map { .string($0) }),
                        "Resource": .array(statement.resources.map { .string($0) }),
                    ]
                    members["Condition"] = statement.condition
                    return .object(members)
                }),
        ])
    }
}
