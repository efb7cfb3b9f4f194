extension ResolveStage.Queue {
    /// The queue that a spec names, as the store has it now; for a spec without one, the runner's default template.
    /// - Throws: `StoreError` where there is no such queue, `LaunchError` where its resource is another one.
    public init(of spec: LaunchSpec, plugin: RunnerPlugin, store: Store) throws {
        guard let name = spec.queue else {
            try self.init(defaultsOf: plugin)
            return
        }
        let definition = try store.queue(name).definition
        guard definition.resource == spec.resource else {
            throw LaunchError(
                .invalid, "Queue \(name) is for resource \(definition.resource), not for \(spec.resource).")
        }
        try self.init(definition)
    }

    /// What a stored definition says.
    /// - Throws: `DecodingError` where the store holds what this program did not write.
    public init(_ definition: QueueDefinition) throws {
        self.init(
            template: definition.template, variables: try definition.variables.decode([TemplateVariable].self),
            allowOverrides: try definition.allowOverrides?.decode([FieldPath].self), policy: definition.policy,
            retry: definition.retry)
        isShared = definition.allowOverrides != nil
    }

    /// The template of a run without a queue: its submitter owns it, so that nothing is protected.
    public init(defaultsOf plugin: RunnerPlugin) throws {
        let document = try Document(
            text: plugin.defaultTemplate, name: "the default template of \(plugin.base.type)", kind: .invalid)
        let file = try QueueFile(document, runner: plugin)
        self.init(
            template: file.template, variables: file.variables, allowOverrides: [FieldPath()], policy: .unlimited)
    }
}
