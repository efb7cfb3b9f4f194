internal import LaunchLocalContainers
internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// Copies files and folders of a container into a folder of the caller.
///
/// The container is not trusted: the caller owns the copies, and no link leads out of the folder.
struct OutputCollector {
    let engine: EngineClient
    let container: String
    /// The folder for the outputs; created if missing.
    let folder: String
    let limits: TransferLimits

    /// The result for one output.
    struct Result {
        var path: String?
        var warnings: [String] = []
    }

    /// The name of each output in the folder: its last path component, or all components joined with dashes if two
    /// outputs have the same last component.
    static func names(of outputs: [String]) -> [(path: String, name: String)] {
        let normal = outputs.map { (path: $0, parts: ContainerPath.normal($0).split(separator: "/")) }
        let last = Dictionary(grouping: normal) { $0.parts.last ?? "" }
        return normal.map { output in
            let isAlone = last[output.parts.last ?? ""]?.count == 1
            let name = isAlone ? String(output.parts.last ?? "root") : output.parts.joined(separator: "-")
            return (output.path, name)
        }
    }

    /// Copies one output. A complete copy replaces an existing file of that name. An output that is too large, or
    /// that cannot be read completely, is not kept.
    /// - Throws: if a retry may succeed, or if the task is cancelled.
    func collect(_ path: String, as name: String) async throws(BackendError) -> Result {
        var tries = 1
        while true {
            do throws(BackendError) {
                return try await copy(path, as: name)
            } catch {
                switch error.category {
                case .invalid, .internalFault, .conflict, .denied: break
                // The disk or the engine failed. Short failures are retried; a longer one must not delay the queue.
                case .unavailable where await isEngineThere(), .transient where await isEngineThere():
                    tries += 1
                    if tries <= Self.tries { continue }
                default: throw error
                }
                return Result(warnings: ["The output \(path) was not kept. \(error.description)"])
            }
        }
    }

    private static let tries = 3

    private func isEngineThere() async -> Bool {
        (try? await engine.ping()) != nil
    }

    private func copy(_ path: String, as name: String) async throws(BackendError) -> Result {
        let work = "\(folder)/.launch-\(UInt64.random(in: .min ... .max))"
        do {
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        } catch {
            throw BackendError(.internalFault, "The folder \(work) cannot be created: \(FileFault.words(error))")
        }
        defer { try? FileManager.default.removeItem(atPath: work) }
        let source = ContainerFolder(engine: engine, container: container, path: path, followsLink: false)
        guard let members = try await source.members() else {
            return Result(warnings: ["The output \(path) does not exist in the container."])
        }
        let budget = WriteBudget(
            "The output \(path)", limit: limits.outputBytes, key: TransferLimits.outputKey, folder: work,
            reserve: limits.reserve)
        var writer = try TreeWriter(root: "\(work)/tree", budget: budget, keepsName: true)
        try await writer.add(members, of: "")
        writer.finish()
        return try keep(path, from: "\(work)/tree", as: name, notes: writer.notes)
    }

    /// Moves the only entry of the tree to its final path.
    private func keep(
        _ path: String, from tree: String, as name: String, notes: [String]
    ) throws(BackendError) -> Result {
        var warnings = notes.map { "In the output \(path), \($0)" }
        do {
            let manager = FileManager.default
            guard let entry = try manager.contentsOfDirectory(atPath: tree).first else {
                if warnings.isEmpty { warnings = ["The output \(path) is empty."] }
                return Result(warnings: warnings)
            }
            let place = "\(folder)/\(name)"
            try? manager.removeItem(atPath: place)
            try manager.moveItem(atPath: "\(tree)/\(entry)", toPath: place)
            return Result(path: place, warnings: warnings)
        } catch {
            throw BackendError(
                .internalFault, "The output \(path) cannot be moved to \(folder): \(FileFault.words(error))")
        }
    }
}
