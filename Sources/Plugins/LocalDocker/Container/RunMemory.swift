internal import LaunchContainerEngine
internal import LaunchPluginKit

/// A cache of what this process knows about containers: when they started, how they ended, and which it stopped.
///
/// Without it everything works, except that a stopped container looks like one that ended by itself.
actor RunMemory {
    /// The state of a stop.
    enum Stop {
        /// The engine is stopping the container.
        case ordered
        /// The container ended because of the stop.
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

    /// Notes a stop; false if there is one already.
    func orderStop(_ id: String) -> Bool {
        guard stops[id] == nil else { return false }
        stops[id] = .ordered
        return true
    }

    /// Notes the result of a stop: whether the container ended because of it.
    func finishStop(_ id: String, didStop: Bool) {
        stops[id] = didStop ? .done : nil
    }

    func forget(_ id: String) {
        started[id] = nil
        ended[id] = nil
        stops[id] = nil
    }

    /// Forgets all other containers.
    func keep(only ids: Set<String>) {
        started = started.filter { ids.contains($0.key) }
        ended = ended.filter { ids.contains($0.key) }
        stops = stops.filter { ids.contains($0.key) }
    }
}
