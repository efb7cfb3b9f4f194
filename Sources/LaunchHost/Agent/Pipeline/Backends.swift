internal import Synchronization

/// The backends of one configuration. They are created once and shared by all runs, so no client is created for a job.
public final class Backends: Sendable {
    public let environment: any Environment
    public let registry: any Registry
    public let builder: any Builder
    /// The type of the registry: the configured one, or the one that fits the builder's destination.
    public let registryType: String
    /// Limits of stored sources and logs.
    package var limits: SizeLimits { config.limits }
    private let catalog: PluginCatalog
    private let config: LaunchConfig
    private let runnerOptions: [String: JSONValue]
    private let context: PluginContext
    private let parts: Parts
    private let runners = Mutex<[String: any Runner]>([:])
    /// Warnings about the combination of the parts.
    public let warnings: [Diagnostic]

    /// Creates the backends of `config`.
    /// - Parameter runnerOptions: options for the runners that have a field of this name; they replace those of the
    ///   configuration.
    /// - Parameter clock: the clock of the backends.
    /// - Parameter metrics: counts the calls of the backends to services.
    /// - Throws: `LaunchError` of kind `.configuration` with the position of the block that its plugin refuses, or of
    ///   the key that conflicts with another one.
    public init(
        _ config: LaunchConfig, catalog: PluginCatalog, variables: [String: String], log: Logger,
        runnerOptions: [String: JSONValue] = [:], clock: HostClock = .system, metrics: AgentMetrics? = nil
    ) throws(LaunchError) {
        self.config = config
        self.runnerOptions = runnerOptions
        self.catalog = catalog
        var context = PluginContext(variables: variables, log: log, sandbox: config.sandbox, clock: clock)
        if let metrics { context.record = { metrics.record($0) } }
        let (environment, builder, (registry, type)) = try Self.make(config, catalog, &context)
        self.environment = environment
        self.builder = builder
        (self.registry, registryType) = (registry, type)
        context.later.set(registry)
        let parts = Parts(environment: environment, registry: registry, builder: builder) { config.place(of: $0) }
        self.parts = parts
        context.registry = registry
        self.context = context
        warnings = try Self.check([environment, registry, builder], with: parts, config)
        for warning in warnings { log.warning(warning.message) }
    }

    /// The runner of a run: the one that already has it, otherwise the one for its spec and the configuration.
    /// - Throws: `LaunchError` if the runner does not exist, or if the runs of the resource cannot be rehearsed on it.
    public func runner(for run: RunRecord) throws(LaunchError) -> any Runner {
        try runner(for: run.resource, on: try executor(of: run))
    }

    /// What the runner of a run can do; for a rehearsal, the runner that executes it.
    /// - Throws: `LaunchError` if the runner does not exist.
    package func capabilities(for run: RunRecord) throws(LaunchError) -> Capabilities {
        let plugin = try catalog.knownRunner(try executor(of: run))
        return plugin.base.capabilities.configured(by: try block(of: plugin).options)
    }

    /// The runner for new runs of a resource; a rehearsal runner if the configuration or `rehearse` requests it.
    /// - Throws: `LaunchError` if the runner does not exist, or if the runs of the resource cannot be rehearsed on it.
    public func runner(for resource: String, rehearse: Bool = false) throws(LaunchError) -> any Runner {
        try runner(for: resource, on: try executor(of: resource, rehearse: rehearse))
    }

    /// Whether the submitter has chosen a rehearsal, and the other runs of the resource are not rehearsed.
    func isRehearsedByChoice(_ run: RunRecord) -> Bool {
        guard run.spec.rehearse, let usual = try? executor(of: run.resource, rehearse: false) else { return false }
        return (try? executor(of: run.resource, rehearse: true)) != usual
    }

    /// The type of the runner that executes a run: the one that has it, otherwise the one for new runs.
    private func executor(of run: RunRecord) throws(LaunchError) -> String {
        if let handle = run.handle { return handle.runner }
        // If the spec cannot be read, the request still shows whether the run is rehearsed.
        return try executor(of: run.resource, rehearse: run.spec.rehearse || run.request?.rehearsal != nil)
    }

    private func executor(of resource: String, rehearse: Bool) throws(LaunchError) -> String {
        let stage = config.runner?.type ?? resource
        // A rehearsal stays a rehearsal if the configuration names the remote runner.
        guard rehearse, !rehearses(stage) else { return stage }
        return try localType(insteadOf: resource)
    }

    private func rehearses(_ type: String) -> Bool { catalog.runner(type)?.base.capabilities.rehearses ?? false }

    /// Whether the builder can build images.
    var builds: Bool {
        catalog.builders.first { $0.type == config.builder.type }?.capabilities.builds ?? false
    }

    /// The registry for new runs of a resource: the configured one, with the runner's rules for other images. A
    /// rehearsal also uses the images of the engine that it runs on.
    /// - Parameter options: the submitter's options of the rehearsal.
    public func registry(
        for resource: String, rehearse: Bool, _ options: RehearsalOptions?
    ) throws(LaunchError) -> any Registry {
        let runner = try runner(for: resource, rehearse: rehearse)
        if let runner = runner as? any ImageLookup { return runner.registry(over: registry) }
        guard let runner = runner as? RehearsalRunner, let store = runner.local.imageStore else { return registry }
        let remote = (runner.remote as? any ImageLookup)?.registry(over: registry) ?? registry
        return RehearsalRegistry(
            configured: registry, remote: remote, store: store, keepsLocal: options?.keepsLocal == true)
    }

    private func runner(for resource: String, on stage: String) throws(LaunchError) -> any Runner {
        let key = "\(resource) on \(stage)"
        if let runner = runners.withLock({ $0[key] }) { return runner }
        let made = try makeRunner(for: resource, on: stage)
        return runners.withLock { runners in
            // Two callers may have created a runner at the same time; both get the same one.
            let first = runners[key] ?? made
            runners[key] = first
            return first
        }
    }

    /// The runners that may hold something of runs of these resources: their own runners, and those that rehearse them.
    /// A runner that cannot be created is skipped.
    func holders(of resources: [String]) -> [any Runner] {
        resources.uniqued.flatMap { resource in
            let own = try? runner(for: resource)
            return [own, rehearses(resource) ? nil : try? runner(for: resource, rehearse: true)].compactMap(\.self)
        }
    }

    /// Creates the runner of a block of the configuration, and discards it.
    /// - Throws: `LaunchError` of kind `.configuration` with the position of the block that its plugin refuses.
    package func check(_ block: LaunchConfig.Block) throws(LaunchError) {
        _ = try makeRunner(try catalog.knownRunner(block.type))
    }

    /// The declaration of the runner for this resource.
    /// - Throws: `LaunchError` with the names of the existing resources.
    public func plugin(for resource: String) throws(LaunchError) -> RunnerPlugin {
        try catalog.knownRunner(resource)
    }

    private func makeRunner(for resource: String, on stage: String) throws(LaunchError) -> any Runner {
        let plugin = try catalog.knownRunner(resource)
        guard stage != resource else { return try makeRunner(plugin) }
        let remote = try makeRunner(plugin)
        let local = try makeRunner(try catalog.knownRunner(stage))
        guard let remote = remote as? any Rehearsable else {
            throw LaunchError(
                .configuration, "A run of resource \(resource) cannot be rehearsed on \(stage).",
                hint: "Leave 'runner' out of the configuration to run it on \(resource).")
        }
        guard let local = local as? any ContainerJobRunner else {
            throw LaunchError(.configuration, "The runner \(stage) cannot rehearse runs of \(resource).")
        }
        return RehearsalRunner(remote: remote, local: local)
    }

    private func localType(insteadOf resource: String) throws(LaunchError) -> String {
        if rehearses(resource) { return resource }
        guard let local = catalog.runners.first(where: \.base.capabilities.rehearses) else {
            throw LaunchError(.configuration, "This program has no local runner to rehearse on.")
        }
        return local.base.type
    }

    private func makeRunner(_ plugin: RunnerPlugin) throws(LaunchError) -> any Runner {
        let runner = try Self.make(try block(of: plugin), .runner, [plugin.base], context, config)
        for warning in try Self.check([runner], with: parts, config) { context.log.warning(warning.message) }
        return runner
    }

    /// The block that a runner is created from.
    private func block(of plugin: RunnerPlugin) throws(LaunchError) -> LaunchConfig.Block {
        let known = Set(plugin.base.fields.map(\.name))
        let given = runnerOptions.filter { known.contains($0.key) }
        guard var block = config.block(ofRunner: plugin.base.type) else {
            return try LaunchConfig.Block(absent: .runner, of: plugin.base, given: given)
        }
        block.options = Options(block.options.values.merging(given) { $1 })
        return block
    }

    /// Runs the cross-checks of the parts. Returns their warnings unless there is an error.
    private static func check(
        _ checked: [any Sendable], with parts: Parts, _ config: LaunchConfig
    ) throws(LaunchError) -> [Diagnostic] {
        let findings = checked.flatMap { ($0 as? any CrossChecking)?.findings(with: parts) ?? [] }
        let diagnostics = findings.map { config.diagnostic(for: $0) }
        guard findings.contains(where: { $0.severity == .error }) else { return diagnostics }
        throw LaunchError(
            .configuration, "The parts of the configuration conflict.", diagnostics: diagnostics)
    }

    /// The configured registry. Without one, the registry that can store the builder's destination, as in W&B Launch.
    private static func registry(
        for builder: any Builder, _ catalog: PluginCatalog, _ context: PluginContext, _ config: LaunchConfig
    ) throws(LaunchError) -> (any Registry, String) {
        guard config.registry.mark == nil, let text = builder.repository,
            let destination = try? ImageReference(parsing: text), destination.host != nil
        else {
            return (
                try make(config.registry, .registry, catalog.registries, context, config) { $0 }, config.registry.type
            )
        }
        func refused(_ why: String, _ hint: String?) -> LaunchError {
            let path = FieldPath([.member(Role.builder.rawValue), .member("destination")])
            return LaunchError(
                .configuration, "The configuration of the builder cannot be used.",
                diagnostics: [config.diagnostic(for: Finding(.error, at: path, why, hint: hint))])
        }
        for plugin in catalog.registries {
            guard let options = plugin.optionsForDestination(destination) else { continue }
            let block = try LaunchConfig.Block(absent: .registry, of: plugin, given: options)
            do throws(BackendError) {
                return (try plugin.backend(.registry, block.options, context), plugin.type)
            } catch {
                throw refused("the registry of \"\(text)\" (type: \(plugin.type)): \(error.message)", error.hint)
            }
        }
        throw refused(
            "no registry is configured for \"\(text)\"",
            "configure one: registry: {type: local, uri: HOST[:PORT][/PATH]}")
    }

    /// Creates all parts except the runner. If several cannot be created, all of them are reported.
    private static func make(
        _ config: LaunchConfig, _ catalog: PluginCatalog, _ context: inout PluginContext
    ) throws(LaunchError) -> (any Environment, any Builder, (any Registry, String)) {
        let environment = Result { () throws(LaunchError) in
            try make(config.environment, .environment, catalog.environments, context, config)
        }
        context.environment = try? environment.get()
        let made = context
        let builder = Result { () throws(LaunchError) in
            try make(config.builder, .builder, catalog.builders, made, config) { $0 }
        }
        let registry = Result { () throws(LaunchError) -> (any Registry, String) in
            guard case .failure = builder else { return try Self.registry(for: builder.get(), catalog, made, config) }
            return (
                try make(config.registry, .registry, catalog.registries, made, config) { $0 }, config.registry.type
            )
        }
        if case .success(let environment) = environment, case .success(let builder) = builder,
            case .success(let registry) = registry
        {
            return (environment, builder, registry)
        }
        var errors = [environment.failure, builder.failure].compactMap(\.self)
        if let failure = registry.failure, made.environment != nil || config.registry.mark != nil {
            errors.append(failure)
        }
        guard let first = errors.first, errors.count > 1 else {
            throw errors.first ?? LaunchError(.internalFault, "The configuration cannot be used.")
        }
        throw LaunchError(
            .configuration, "The configuration has parts that cannot be used.", hint: first.hint,
            diagnostics: errors.flatMap(\.diagnostics))
    }

    private static func make<Product>(
        _ block: LaunchConfig.Block, _ role: Role, _ plugins: [Plugin<Product>], _ context: PluginContext,
        _ config: LaunchConfig, absent: (AbsentPart) -> Product? = { _ in nil }
    ) throws(LaunchError) -> Product {
        guard let plugin = plugins.first(where: { $0.type == block.type }) else {
            if block.mark == nil, let absent = absent(AbsentPart(role: role, type: block.type)) { return absent }
            throw LaunchError(
                .configuration,
                "The \(role.rawValue) type \(Wording.quoted(block.type)) does not exist in this program.",
                hint: "'launch plugins list' shows the types.")
        }
        do {
            return try plugin.backend(role, block.options, context)
        } catch {
            // A failure of the registry that is caused by a missing environment is reported for the environment.
            let isReported = role == .registry && context.environment == nil && error.category == .configuration
            throw LaunchError(
                .configuration, "The configuration of the \(role.rawValue) cannot be used.",
                diagnostics: isReported ? [] : [config.diagnostic(for: role, block, error: error)] + error.diagnostics)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension PluginCatalog {
    /// The runner of this type.
    /// - Throws: `LaunchError` of kind `.invalid` with the existing types.
    public func knownRunner(_ type: String) throws(LaunchError) -> RunnerPlugin {
        if let plugin = runner(type) { return plugin }
        let known = runners.map(\.base.type)
        let question = SchemaDecoder.question(type, known)
        throw LaunchError(
            .invalid, "The resource \"\(type)\" does not exist in this program\(question.isEmpty ? "." : question)",
            hint: "Known: \(known.joined(separator: ", ")).")
    }
}
