/// Checks whether a queue accepts runs: its template is rendered with placeholder values and validated.
struct QueueHealth: Sendable {
    let backends: Backends
    /// The resources whose runner cannot be made.
    var broken: Set<String> = []

    func finding(_ name: String, _ queue: QueueRecord) throws -> HealthCheck {
        let what = "queue \(name)"
        let definition = queue.definition
        if broken.contains(definition.resource) {
            return HealthCheck(.warn, what, "not checked: runner \(definition.resource) fails")
        }
        let variables = try definition.variables.decode([TemplateVariable].self)
        let open = variables.filter { $0.defaultValue == nil }.map(\.name)
        let preview = QueuePreview(backends: backends)
        // A placeholder value for something that only a submit provides may have another type than the template
        // requires.
        let findings =
            try open.isEmpty ? preview.findings(of: definition) : (try? preview.findings(of: definition)) ?? []
        guard let first = findings.first(where: { $0.severity == .error }) ?? findings.first else {
            let words = open.isEmpty ? "its template is valid" : "a submit must give \(Wording.all(open))"
            return paused(queue) ?? HealthCheck(.ok, what, "for \(definition.resource); \(words)")
        }
        // A submit may still provide the missing value, so this is not a failure.
        let place = first.path.description
        return HealthCheck(
            .warn, what, "\(place.isEmpty ? "" : "\(place): ")\(first.message)",
            hint: first.hint ?? "Unless every submit gives it, change it with 'launch queue edit \(name)'.")
    }

    private func paused(_ queue: QueueRecord) -> HealthCheck? {
        guard queue.paused else { return nil }
        return HealthCheck(
            .warn, "queue \(queue.name)", "paused: no agent claims runs from it",
            hint: "'launch queue resume \(queue.name)' resumes it.")
    }
}
