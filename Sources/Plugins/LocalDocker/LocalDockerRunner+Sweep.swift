internal import ContainerEngine
internal import FoundationEssentials
public import LaunchHost

extension LocalDockerRunner {
    /// Removes containers, networks and folders of runs that are over, and networks without a container of abandoned runs.
    ///
    /// What is there is listed before anyone is asked who owns it. So what a new owner makes meanwhile is not in the list.
    public func sweep(_ standing: @escaping @Sendable (RunID) -> RunStanding) async throws(BackendError) {
        guard let home = try? attendants.tools.home(), let label = home.identity() else { return }
        let engine = try await connection.client()
        let labels = ["\(RunContainer.homeLabel)=\(label)"]
        let (containers, networks) = try await engineCall { () async throws(EngineError) in
            (try await engine.containers(labels: labels), try await engine.labelledNetworks(labels))
        }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "\(home.path)/rehearsals")) ?? []
        func run(_ labels: [String: String]) -> RunID? {
            labels[RunContainer.runLabel].flatMap(RunID.init(rawValue:))
        }
        let runs = Set(
            containers.compactMap { run($0.labels) } + networks.compactMap { run($0.labels) }
                + folders.compactMap(RunID.init(rawValue:)))
        for id in runs.sorted() {
            switch standing(id) {
            case .owned: continue
            case .over:
                let log = attendants.tools.log
                log.info("leftovers of an ended run are removed", ["run": id.rawValue])
                do throws(BackendError) {
                    // Only what carries this home's label: another home may have a run of the same ID.
                    try await engineCall { () async throws(EngineError) in
                        for container in containers where run(container.labels) == id {
                            try await engine.removeContainer(container.id)
                        }
                        for network in networks where run(network.labels) == id {
                            try await engine.removeNetwork(network.id)
                        }
                    }
                    try await attendants.forget(id)
                } catch {
                    // What one run left must not keep the leftovers of the others.
                    log.warning(
                        "leftovers of an ended run stay for now", ["run": id.rawValue, "error": error.description])
                }
            case .abandoned:
                guard !containers.contains(where: { run($0.labels) == id }) else { continue }
                // One that is in use belongs to a container that was made meanwhile.
                for network in networks where run(network.labels) == id { try? await engine.removeNetwork(network.id) }
            }
        }
    }
}
