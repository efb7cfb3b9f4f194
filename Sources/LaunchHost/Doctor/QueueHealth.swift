/// Looks whether a queue would take a run: its template is rendered and checked for an image that does not exist.
struct QueueHealth: Sendable {
    let backends: Backends

    func finding(_ name: String, _ queue: QueueRecord) throws -> HealthCheck {
        let what = "queue \(name)"
        let definition = queue.definition
        let plugin = try backends.plugin(for: definition.resource)
        let variables = try definition.variables.decode([TemplateVariable].self)
        let open = variables.filter { $0.defaultValue == nil }.map(\.name)
        guard open.isEmpty else {
            return HealthCheck(
                .ok, what, "for \(definition.resource); a submit must give \(Wording.all(open))")
        }
        let spec = LaunchSpec(
            source: .image("doctor"), project: "doctor", entity: "doctor", author: "doctor",
            resource: definition.resource, queue: name)
        let stage = ResolveStage(queue: try ResolveStage.Queue(definition), plugin: plugin)
        let job = try stage.job(spec, as: .random())
        let runner = try backends.runner(for: definition.resource)
        let findings = try Plan(job, image: ImageDecision(.unresolved, "not looked up"), runner: runner).findings
        guard let first = findings.first(where: { $0.severity == .error }) ?? findings.first else {
            return paused(queue) ?? HealthCheck(.ok, what, "for \(definition.resource); its template is valid")
        }
        // A submit may still give what is missing, so that this is no failure yet.
        let place = first.path.description
        return HealthCheck(
            .warn, what, "\(place.isEmpty ? "" : "\(place): ")\(first.message)",
            hint: first.hint ?? "Unless every submit gives it, change it with 'launch queue edit \(name)'.")
    }

    private func paused(_ queue: QueueRecord) -> HealthCheck? {
        guard queue.paused else { return nil }
        return HealthCheck(
            .warn, "queue \(queue.name)", "paused: nothing is taken from it",
            hint: "'launch queue resume \(queue.name)' opens it.")
    }
}
