internal import ContainerEngine
internal import LaunchHost

/// What need not be asked twice: when a container began, how it ended, and who ordered it to stop.
///
/// It is a memory only: without it everything works, but for an end by order looking like one by itself.
actor RunMemory {
    /// Where a stop stands.
    enum Stop {
        /// The engine is at it.
        case ordered
        /// The container ended because of it.
        case done
    }

    private var started: [String: EngineTime] = [:]
    private var ended: [String: Observation] = [:]
    private var stops: [String: Stop] = [:]

    func start(of id: String) -> EngineTime? { started[id] }
    func end(of id: String) -> Observation? { ended[id] }
    func stop(of id: String) -> Stop? { stops[id] }

    func note(_ id: String, started time: EngineTime?) { started[id] = time }
    func note(_ id: String, ended observation: Observation) { ended[id] = observation }

    /// Notes the order; false where one stands already.
    func orderStop(_ id: String) -> Bool {
        guard stops[id] == nil else { return false }
        stops[id] = .ordered
        return true
    }

    /// Notes how an order ended: whether the container ended because of it.
    func finishStop(_ id: String, didStop: Bool) {
        stops[id] = didStop ? .done : nil
    }

    func forget(_ id: String) {
        started[id] = nil
        ended[id] = nil
        stops[id] = nil
    }

    /// Forgets every container but these.
    func keep(only ids: Set<String>) {
        started = started.filter { ids.contains($0.key) }
        ended = ended.filter { ids.contains($0.key) }
        stops = stops.filter { ids.contains($0.key) }
    }
}
