internal import ContainerEngine
internal import FoundationEssentials
internal import LaunchHost
internal import Subprocess

/// Copies files and folders of a container into a folder of the caller.
///
/// A container is not trusted: what it left belongs to the caller afterwards, and no link leads out of the folder.
struct OutputCollector {
    let engine: EngineClient
    let container: String
    /// Where the outputs go; made where it does not exist.
    let folder: String

    /// What became of one output.
    struct Result {
        var path: String?
        var warnings: [String] = []
    }

    /// The name of each output in the folder: its last part, or all parts with dashes where two have the same last part.
    static func names(of outputs: [String]) -> [(path: String, name: String)] {
        let normal = outputs.map { (path: $0, parts: DockerChecks.normal($0).split(separator: "/")) }
        let last = Dictionary(grouping: normal) { $0.parts.last ?? "" }
        return normal.map { output in
            let isAlone = last[output.parts.last ?? ""]?.count == 1
            let name = isAlone ? String(output.parts.last ?? "root") : output.parts.joined(separator: "-")
            return (output.path, name)
        }
    }

    /// Copies one output. What was there under the name is replaced when the copy is complete.
    func collect(_ path: String, as name: String) async throws(BackendError) -> Result {
        let work = "\(folder)/.launch-\(UInt64.random(in: .min ... .max))"
        do {
            try FileManager.default.createDirectory(atPath: "\(work)/tree", withIntermediateDirectories: true)
        } catch {
            throw BackendError(.internalFault, "The folder \(work) cannot be made: \(error)")
        }
        defer { try? FileManager.default.removeItem(atPath: work) }
        do {
            try await fetch(path, into: "\(work)/archive.tar")
        } catch {
            guard error.code == .notFound else { throw BackendError(error) }
            return Result(warnings: ["The output \(path) does not exist in the container."])
        }
        try await unpack("\(work)/archive.tar", into: "\(work)/tree", path)
        return try keep(path, from: "\(work)/tree", as: name)
    }

    private func fetch(_ path: String, into file: String) async throws(EngineError) {
        let archive = try await engine.archive(of: container, path: path)
        guard FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600]),
            let writer = FileWriter(path: file)
        else { throw EngineError(.server, "The file \(file) cannot be written.") }
        while let chunk = try await archive.next() {
            guard writer.write(chunk) else { throw EngineError(.server, "The file \(file) cannot be written.") }
        }
    }

    private func unpack(_ archive: String, into tree: String, _ path: String) async throws(BackendError) {
        do {
            let result = try await Subprocess.run(
                "tar", ["-x", "--no-same-owner", "--no-same-permissions", "-f", archive, "-C", tree])
            guard result.exit.isSuccess else {
                throw BackendError(
                    .internalFault, "The output \(path) could not be unpacked: \(result.stderrText.prefix(500))")
            }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.unavailable, "The output \(path) could not be unpacked: \(error)")
        }
    }

    /// Moves the one entry of the tree to its place.
    private func keep(_ path: String, from tree: String, as name: String) throws(BackendError) -> Result {
        var warnings = TreeCleaner(root: tree).clean().map { "In the output \(path), \($0)." }
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
            throw BackendError(.internalFault, "The output \(path) cannot be moved to \(folder): \(error)")
        }
    }
}
