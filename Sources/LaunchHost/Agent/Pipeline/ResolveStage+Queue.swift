extension ResolveStage.Queue {
    /// The queue of a spec, as it is in the store now; for a spec without a queue, the runner's default template.
    /// - Throws: `StoreError` if the queue does not exist, `LaunchError` if it is for another resource.
    package init(of spec: LaunchSpec, plugin: RunnerPlugin, store: Store) async throws {
        guard let name = spec.queue else {
            try self.init(defaultsOf: plugin)
            return
        }
        let definition = try await store.definition(ofQueue: name)
        guard definition.resource == spec.resource else {
            throw LaunchError(
                .invalid, "Queue \(name) is for resource \(definition.resource), not for \(spec.resource).")
        }
        try self.init(definition)
    }

    /// The queue of a stored definition.
    /// - Throws: `DecodingError` if the stored values are not in this program's format.
    public init(_ definition: QueueDefinition) throws {
        self.init(
            template: definition.template, variables: try definition.variables.decode([TemplateVariable].self),
            allowOverrides: try definition.allowOverrides?.decode([FieldPath].self), policy: definition.policy,
            retry: definition.retry)
        isShared = definition.allowOverrides != nil
        limits = definition.limits
    }

    /// The template of a run without a queue. The submitter owns it, so no value is protected.
    public init(defaultsOf plugin: RunnerPlugin) throws {
        let document = try Document(
            text: plugin.defaultTemplate, name: "the default template of \(plugin.base.type)", kind: .invalid)
        let file = try QueueFile(document, runner: plugin)
        self.init(
            template: file.template, variables: file.variables, allowOverrides: [FieldPath()], policy: .unlimited)
    }
}
