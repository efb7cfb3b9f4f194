/// What the runs of a queue will be like, before anybody has submitted one: its template is rendered with stand-ins for
/// what only a submit knows.
public struct QueuePreview: Sendable {
    private let backends: Backends

    /// For the queues of one configuration.
    public init(backends: Backends) {
        self.backends = backends
    }

    /// The plan of a run that changes nothing of the queue's template. No service is called.
    /// - Throws: `LaunchError` where there is no such runner or the template cannot be resolved, `BackendError` where it
    ///   cannot be rendered.
    public func plan(of definition: QueueDefinition) throws -> Plan {
        let plugin = try backends.plugin(for: definition.resource)
        var overrides = Overrides()
        for variable in try definition.variables.decode([TemplateVariable].self) where variable.defaultValue == nil {
            overrides.variables[variable.name] = variable.standIn
        }
        let image = backends.imageOfSource(for: "project")
        let spec = LaunchSpec(
            source: .image(image ?? "image"), project: "project", entity: "entity", author: "author",
            resource: definition.resource, queue: definition.name, overrides: overrides)
        var queue = try ResolveStage.Queue(definition)
        // A preview is about the template. Its image and its names are examples, which no policy needs to allow.
        queue.policy = .unlimited
        let job = try ResolveStage(queue: queue, plugin: plugin).job(spec, as: .random())
        return try Plan(
            job, image: ImageDecision(.unresolved, "not looked up"),
            runner: backends.runner(for: definition.resource),
            parts: parts)
    }

    private var parts: [any Sendable] { [backends.environment, backends.registry, backends.builder] }

    /// What has to be permitted for the queue's runs. Where the runner needs nothing, what the other parts need.
    /// - Throws: as `plan(of:)`.
    public func permissions(of definition: QueueDefinition) throws -> [Permission] {
        guard try backends.runner(for: definition.resource) is any Permitted else {
            let nothing = RunRequest(runner: definition.resource, document: .object([:]))
            return parts.flatMap { ($0 as? any Permitted)?.permissions(for: nothing) ?? [] }
        }
        return try plan(of: definition).permissions
    }

    /// What every run of the queue would be refused for, as far as the template alone tells: nothing that a template
    /// variable decides, and nothing about the image.
    public func findings(of definition: QueueDefinition) throws -> [Finding] {
        let plan = try plan(of: definition)
        let image = plan.job.source.origin
        return plan.findings.filter { finding in
            guard !finding.message.contains(image) else { return false }
            let value = definition.template.value(at: finding.path)
            guard let value, let text = try? JSON.canonical(value) else { return true }
            return !text.contains("{{")
        }
    }
}

extension TemplateVariable {
    /// A value that the variable takes; a `*` where it takes any text.
    fileprivate var standIn: JSONValue {
        if let first = allowed?.first { return first }
        return switch type {
        case .string: .string("*")
        case .integer: .integer(Int64(minimum ?? maximum ?? 1))
        case .number: .number(minimum ?? maximum ?? 1)
        case .boolean: .bool(false)
        }
    }
}
