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
    func works(_ backends: Backends) -> [DoctorWork] {
        var found: [DoctorWork] = []
        func add(_ part: any Sendable, _ needs: InspectedNeeds, isBound: Bool) {
            guard let part = part as? any Inspecting else { return }
            for inspection in part.inspections(of: needs) where !found.contains(where: { $0.name == inspection.name }) {
                found.append(DoctorWork(inspection, isBound: isBound))
            }
        }
        add(backends.environment, InspectedNeeds(requests: requests, permissions: permissions), isBound: true)
        for resource in requests.map(\.runner).uniqued {
            guard let runner = try? backends.runner(for: resource) else { continue }
            var needs = InspectedNeeds(
                requests: requests.filter { $0.runner == resource }, permissions: permissions)
            needs.registry = try? backends.registry(for: resource, rehearse: false, nil)
            needs.standIn = backends.imageOfSource(for: OpenJob.anything)
            add(runner, needs, isBound: DoctorWork.isBound(runner))
        }
        return found
    }
}
