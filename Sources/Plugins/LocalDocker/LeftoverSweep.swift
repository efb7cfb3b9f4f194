internal import LaunchLocalRehearsal
internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Removes containers, networks and folders of runs that have ended, and networks without a container of runs without
/// an owner.
struct LeftoverSweep {
    let tools: EngineTools
    let rehearsals: RehearsalJobRunner

    /// Lists everything before it looks up owners. So the list does not contain resources that a new owner creates
    /// later.
    func run(_ standing: (RunID) async -> RunStanding) async throws(BackendError) {
        guard let label = tools.homeIdentity else { return }
        let engine = try await tools.connection.client()
        let labels = ["\(RunContainer.homeLabel)=\(label)"]
        let (containers, networks) = try await engineCall { () async throws(EngineError) in
            (try await engine.containers(labels: labels), try await engine.labelledNetworks(labels))
        }
        let place = try tools.folder(RehearsalTools.folder)
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        func run(_ labels: [String: String]) -> RunID? {
            labels[RunContainer.runLabel].flatMap(RunID.init(rawValue:))
        }
        let runs = Set(
            containers.compactMap { run($0.labels) } + networks.compactMap { run($0.labels) }
                + folders.compactMap(RunID.init(rawValue:)))
        for id in runs.sorted() {
            switch await standing(id) {
            case .owned: continue
            case .over:
                let log = tools.log
                log.info("removing leftovers of an ended run", ["run": id.rawValue])
                do throws(BackendError) {
                    // Only containers with this home's label: another home may have a run of the same ID.
                    try await engineCall { () async throws(EngineError) in
                        for container in containers where run(container.labels) == id {
                            try await engine.removeContainer(container.id)
                        }
                        for network in networks where run(network.labels) == id {
                            try await engine.removeNetwork(network.id)
                        }
                    }
                    try await rehearsals.forget(id)
                } catch {
                    // A failure with one run must not prevent the cleanup of the others.
                    log.warning(
                        "leftovers of an ended run could not be removed",
                        ["run": id.rawValue, "error": error.description])
                }
            case .abandoned:
                guard !containers.contains(where: { run($0.labels) == id }) else { continue }
                // The engine refuses to remove a network in use: a container was created meanwhile.
                for network in networks where run(network.labels) == id { try? await engine.removeNetwork(network.id) }
            }
        }
    }
}
