internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Packs the results of ended hosts and stores them at their destinations.
struct ResultPacker: Sendable {
    let engine: EngineClient
    let objects: Objects
    /// The folder where results are created. They stay there until they are moved to a destination.
    let folder: String
    let limits: TransferLimits
    let progress: @Sendable (String) -> Void

    /// The outcome of one result.
    struct Packed: Sendable {
        /// Its location; nil without a result.
        var place: String?
        var notes: [String] = []
    }

    /// Creates one result from these containers, in order.
    func pack(
        _ result: RehearsalPlan.Result, from containers: [(host: String, id: String)]
    ) async throws(BackendError) -> Packed {
        let tree = "\(folder)/.\(result.name)-tree"
        defer { try? FileManager.default.removeItem(atPath: tree) }
        var writer = try TreeWriter(root: tree, budget: budget(result.name))
        for container in containers {
            let source = ContainerFolder(engine: engine, container: container.id, path: result.path)
            guard let members = try await source.members() else { continue }
            try await writer.add(members, of: container.host)
        }
        writer.finish()
        let notes = writer.notes.map { "\(result.name): \($0)" }
        guard !writer.isEmpty || result.isKeptWhenEmpty else { return Packed(place: nil, notes: notes) }
        let made = "\(folder)/\(result.name)"
        try? FileManager.default.removeItem(atPath: made)
        if result.isPacked {
            do throws(BackendError) {
                try await TreePacker.pack(tree, into: made, budget: budget(result.name))
            } catch {
                try? FileManager.default.removeItem(atPath: made)
                throw error
            }
        } else {
            do {
                try FileManager.default.moveItem(atPath: tree, toPath: made)
            } catch {
                throw BackendError(.internalFault, "\(made) cannot be created: \(error)")
            }
        }
        return Packed(place: made, notes: notes)
    }

    /// The limit on what one result may write.
    func budget(_ name: String) -> WriteBudget {
        WriteBudget(
            name, limit: limits.outputBytes, key: TransferLimits.outputKey, folder: folder, reserve: limits.reserve)
    }
}
