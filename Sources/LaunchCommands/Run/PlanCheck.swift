internal import LaunchConsole
internal import LaunchHost

/// Finds the errors of a run before it costs anything: resolves, renders and validates without a call of a service.
struct PlanCheck {
    private let context: CommandContext
    private let store: Store
    private let config: LaunchConfig

    init(_ context: CommandContext, store: Store, config: LaunchConfig) {
        self.context = context
        self.store = store
        self.config = config
    }

    /// The resolved job, with the origins of its values.
    /// - Throws: `LaunchError` with a diagnostic for each error.
    func resolved(_ spec: LaunchSpec, _ submitted: SubmittedValues, as id: RunID) async throws -> Resolution {
        let plugin = try context.catalog.knownRunner(spec.resource)
        let queue = try await ResolveStage.Queue(of: spec, plugin: plugin, store: store)
        return try ResolveStage(queue: queue, plugin: plugin).resolution(of: spec, as: id, submitted: submitted)
    }

    /// Refuses a run whose request is invalid with any image. Prints warnings.
    func refuseInvalid(_ spec: LaunchSpec, _ submitted: SubmittedValues, as id: RunID) async throws {
        let resolution = try await resolved(spec, submitted, as: id)
        let job = resolution.job
        let backends = try context.backends(config)
        var plan = try Plan(
            job, image: ImageDecision(.unresolved, "not looked up"),
            runner: try backends.runner(for: job.resource, rehearse: spec.rehearse),
            imageOfSource: backends.imageOfSource(for: job.project), limits: resolution.limits,
            code: try await context.contexts(store).code(of: job.source, fetching: false))
        plan.findings.removeAll { $0.isSettledLater == true }
        let diagnostics = plan.diagnostics(
            in: try await document(of: spec), origins: resolution.origins, submitted: submitted)
        guard plan.isValid else {
            throw LaunchError(
                .invalid, "The request is not valid.", hint: "'launch plan' shows all of it.", diagnostics: diagnostics)
        }
        for warning in diagnostics { context.note(Styled(warning)) }
    }

    /// The queue's file, so that findings can be shown with their positions in it.
    func document(of spec: LaunchSpec) async throws -> Document? {
        guard let name = spec.queue else { return nil }
        let definition = try await store.definition(ofQueue: name)
        guard let text = definition.fileText else { return nil }
        let document = try? Document(text: text, name: definition.fileName ?? "queue \(name)", kind: .invalid)
        return document?.spelt(like: try context.catalog.knownRunner(definition.resource))
    }
}
