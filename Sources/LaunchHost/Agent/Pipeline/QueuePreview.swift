/// Renders a queue's template before the first submit, with placeholder values for what only a submit provides.
public struct QueuePreview: Sendable {
    private let backends: Backends

    public init(backends: Backends) {
        self.backends = backends
    }

    /// The plan of a run without overrides. No service is called.
    /// - Throws: `LaunchError` if the runner does not exist or the template cannot be resolved, `BackendError` if it
    ///   cannot be rendered.
    public func plan(of definition: QueueDefinition) throws -> Plan {
        try preview(of: definition).plan
    }

    private func preview(of definition: QueueDefinition) throws -> (plan: Plan, origins: Origins) {
        let plugin = try backends.plugin(for: definition.resource)
        var overrides = Overrides()
        for variable in try definition.variables.decode([TemplateVariable].self) where variable.defaultValue == nil {
            overrides.variables[variable.name] = variable.standIn
        }
        let image = backends.imageOfSource(for: "project")
        let needsSource = TemplateSource(plugin: plugin).needsSource(definition.template)
        let spec = LaunchSpec(
            source: needsSource ? .image(image ?? "image") : .template, project: "project", entity: "entity",
            author: "author",
            resource: definition.resource, queue: definition.name, overrides: overrides)
        var queue = try ResolveStage.Queue(definition)
        // A preview is about the template. Its image and its names are examples, so the policy does not apply.
        queue.policy = .unlimited
        let resolution = try ResolveStage(queue: queue, plugin: plugin).resolution(of: spec, as: .random())
        let plan = try Plan(
            resolution.job, image: ImageDecision(.unresolved, "not looked up"),
            runner: backends.runner(for: definition.resource), parts: parts, limits: resolution.limits)
        return (plan, resolution.origins)
    }

    private var parts: [any Sendable] { [backends.environment, backends.registry, backends.builder] }

    /// Whether the runner of the queue declares the permissions that it needs. One that executes jobs on this machine
    /// needs none.
    /// - Throws: `LaunchError` if the runner does not exist.
    public func declaresPermissions(of definition: QueueDefinition) throws -> Bool {
        if try backends.plugin(for: definition.resource).base.capabilities.rehearses { return true }
        return try backends.runner(for: definition.resource) is any Permitted
    }

    /// The permissions for the queue's runs. A value that only a submit provides is `*`. If the runner declares none, the
    /// permissions of the other parts.
    /// - Throws: `LaunchError` of kind `.invalid` if the template has a placeholder such as `<REQUIRED>`; otherwise the
    ///   errors of `plan(of:)`.
    public func permissions(of definition: QueueDefinition) throws -> [Permission] {
        try needs(of: definition).permissions
    }

    /// The request that represents all runs of the queue, and the permissions for it.
    func needs(of definition: QueueDefinition) throws -> (request: RunRequest, permissions: [Permission]) {
        let runner = try backends.runner(for: definition.resource)
        guard runner is any Permitted else {
            let nothing = RunRequest(runner: definition.resource, document: .object([:]))
            let permissions = parts.compactMap { $0 as? any Permitted }.flatMap {
                $0.permissions(for: nothing) + (backends.builds ? $0.permissionsToPush() : [])
            }
            return (nothing, permissions)
        }
        let (plan, job) = try open(definition, runner)
        return (plan.request, plan.permissions + images(of: definition, job, runner))
    }

    /// The place of a queue's code.
    package enum CodeRoot: Sendable, Hashable {
        /// The runs of the queue take no code, or have no place for it.
        case absent
        /// The URI below which all code of the queue is.
        case root(String)
        /// The place depends on values that a submit provides: the URI with `*` for each.
        case open(String)
    }

    /// Where the code of the queue's runs is.
    /// - Throws: as `permissions(of:)`.
    package func codeRoot(of definition: QueueDefinition) throws -> CodeRoot {
        guard let runner = try backends.runner(for: definition.resource) as? any CodeCarrying,
            let root = runner.codeRoot(of: try open(definition, runner).plan.request)
        else { return .absent }
        return root.contains(OpenJob.anything) ? .open(root) : .root(root)
    }

    /// The plan of a job that represents all runs of the queue.
    private func open(_ definition: QueueDefinition, _ runner: any Runner) throws -> (plan: Plan, job: ResolvedJob) {
        let plugin = try backends.plugin(for: definition.resource)
        let image = backends.imageOfSource(for: OpenJob.anything) ?? "image"
        let job = OpenJob(queue: try ResolveStage.Queue(definition), plugin: plugin)
            .job(of: definition.name, image: image)
        let plan = try Plan(
            job, image: ImageDecision(.unresolved, "not looked up"), runner: runner, parts: parts)
        try refusePlaceholders(in: plan, of: definition, plugin)
        return (plan, job)
    }

    /// The permissions to push images, and to pull those that submitters and Dockerfiles may name.
    private func images(of definition: QueueDefinition, _ job: ResolvedJob, _ runner: any Runner) -> [Permission] {
        let policy = definition.policy
        let otherwise: Allowance = definition.allowOverrides == nil ? .any : .only([])
        var images = policy.images ?? otherwise
        if case .algorithm = job.source { images = .only([]) }
        let named: [String]? = if case .only(let patterns) = images { patterns } else { nil }
        // Any image may be the base of a built image.
        let builds =
            backends.builds && [policy.git, policy.sourceFolders].contains { ($0 ?? otherwise) != .only([]) }
        let pushes = builds ? parts.flatMap { ($0 as? any Permitted)?.permissionsToPush() ?? [] } : []
        return pushes + parts.flatMap { ($0 as? any PullPermitted)?.permissions(toPull: builds ? nil : named) ?? [] }
            + ((runner as? any PullPermitted)?.permissions(toPull: named) ?? [])
    }

    /// A policy for an incomplete template would allow too much.
    private func refusePlaceholders(
        in plan: Plan, of definition: QueueDefinition, _ plugin: RunnerPlugin
    ) throws(LaunchError) {
        let findings = plan.findings.filter { $0.rule == Finding.placeholder }
        guard !findings.isEmpty else { return }
        let document = try definition.fileText.map { text throws(LaunchError) in
            try Document(text: text, name: definition.fileName ?? "queue \(definition.name)", kind: .invalid)
                .spelt(like: plugin)
        }
        throw LaunchError(
            .invalid, "The template of queue \(definition.name) is not filled in.",
            hint: "Fill it in with 'launch queue edit \(definition.name)'.",
            diagnostics: findings.map { finding in
                document?.diagnostic(for: finding)
                    ?? Diagnostic(.error, "\(finding.path): \(finding.message)", hint: finding.hint, path: finding.path)
            })
    }

    /// The errors that every run of the queue would have because of the template: neither errors that depend on a
    /// template variable, nor errors about the image, which is an example unless the queue names it.
    public func findings(of definition: QueueDefinition) throws -> [Finding] {
        let (plan, origins) = try preview(of: definition)
        return plan.findings.filter { finding in
            finding.isSettledLater != true && origins.origin(of: finding.path)?.source != .image
                && !origins.hasVariables(at: finding.path)
        }
    }
}

extension TemplateVariable {
    /// A value that the variable accepts; `*` if it accepts any text.
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
