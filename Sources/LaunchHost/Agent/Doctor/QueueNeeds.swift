/// What the parts of the configuration check for the queues.
struct QueueNeeds: Sendable {
    private var requests: [RunRequest] = []
    private var permissions: [Permission] = []

    /// A queue whose template cannot be rendered has a check of its own.
    init(of queues: [QueueDefinition], _ backends: Backends) {
        let preview = QueuePreview(backends: backends)
        for queue in queues {
            guard let needs = try? preview.needs(of: queue) else { continue }
            requests.append(needs.request)
            permissions += needs.permissions.filter { $0.holder == .agent && !permissions.contains($0) }
        }
    }

    /// The checks of the environment and of the runners, each once.
    func inspections(_ backends: Backends) -> [Inspection] {
        var found: [Inspection] = []
        func add(_ part: any Sendable, _ requests: [RunRequest]) {
            guard let part = part as? any Inspecting else { return }
            let needs = InspectedNeeds(requests: requests, permissions: permissions)
            for inspection in part.inspections(of: needs) where !found.contains(where: { $0.name == inspection.name }) {
                found.append(inspection)
            }
        }
        add(backends.environment, requests)
        for resource in requests.map(\.runner).uniqued {
            guard let runner = try? backends.runner(for: resource) else { continue }
            add(runner, requests.filter { $0.runner == resource })
        }
        return found
    }
}
