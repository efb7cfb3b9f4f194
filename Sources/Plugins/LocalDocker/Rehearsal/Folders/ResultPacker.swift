internal import ContainerEngine
internal import FoundationEssentials
internal import Glibc
internal import LaunchHost
internal import Subprocess

/// Packs what ended hosts leave behind, and puts it where it belongs.
struct ResultPacker: Sendable {
    let engine: EngineClient
    let objects: Objects
    /// Where results are made; those without a place of their own stay there.
    let folder: String
    let progress: @Sendable (String) -> Void

    /// What became of one result.
    struct Packed: Sendable {
        /// Where it is; nil where there is none.
        var place: String?
        var notes: [String]
    }

    /// Collects one result of these containers, in order.
    func collect(
        _ result: ContainerJob.Surroundings.Result, from containers: [(host: String, id: String)]
    ) async throws(BackendError) -> Packed {
        let tree = "\(folder)/.\(result.name)-tree"
        defer { try? FileManager.default.removeItem(atPath: tree) }
        var writer = try TreeWriter(root: tree)
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
            try await pack(tree, into: made)
        } else {
            do {
                try FileManager.default.moveItem(atPath: tree, toPath: made)
            } catch {
                throw BackendError(.internalFault, "\(made) cannot be made: \(error)")
            }
        }
        return Packed(place: try await put(result, made), notes: notes)
    }

    /// The tree's content at the archive's root, owned by nobody in particular.
    private func pack(_ tree: String, into archive: String) async throws(BackendError) {
        let names = TreeCleaner.entries(tree)
        let list = "\(tree).names"
        defer { try? FileManager.default.removeItem(atPath: list) }
        do {
            try Data(names.joined(separator: "\0").utf8).write(to: URL(fileURLWithPath: list))
            let done = try await Subprocess.run(
                "tar",
                [
                    "-c", "-z", "-f", archive, "--owner=0", "--group=0", "--numeric-owner", "-C", tree, "--null",
                    "--verbatim-files-from", "-T", list,
                ])
            guard done.exit.isSuccess else {
                throw BackendError(.internalFault, "\(archive) cannot be packed: \(done.stderrText.prefix(500))")
            }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(archive) cannot be packed: \(error)")
        }
    }

    private func put(
        _ result: ContainerJob.Surroundings.Result, _ made: String
    ) async throws(BackendError) -> String {
        guard let destination = result.destination else { return made }
        switch try Place(destination) {
        case .path(let path):
            try move(made, to: "\(path)/\(result.name)", in: path, as: result.name)
            return "\(path)/\(result.name)"
        case .uri(let uri):
            let target = Place.folder(uri) + result.name
            let store = try await objects.store(for: uri)
            let report: @Sendable (Int64, Int64) -> Void = { [progress] done, total in
                progress("\(result.name): \(Megabytes.text(done)) of \(Megabytes.text(total)) MB")
            }
            if result.isPacked {
                try await store.upload(made, to: target, progress: report)
            } else {
                for file in try LocalTree.files(made) {
                    try await store.upload(file.local, to: "\(target)/\(file.path)", progress: report)
                }
            }
            try? FileManager.default.removeItem(atPath: made)
            return target
        }
    }

    /// Looks before the job runs whether a result can be put where it belongs.
    /// - Throws: `conflict` where something else is there already.
    func check(_ result: ContainerJob.Surroundings.Result) throws(BackendError) {
        guard let destination = result.destination, case .path(let path) = try Place(destination) else { return }
        try checkFree("\(path)/\(result.name)", for: result.name)
    }

    /// What an earlier try of this very job put there may be replaced; of that a mark tells, which is made before.
    private func checkFree(_ place: String, for name: String) throws(BackendError) {
        guard isTaken(place), !FileManager.default.fileExists(atPath: mark(name)) else { return }
        throw BackendError(
            .conflict, "\(place) is there already and is not this job's, so it was left as it is.",
            hint: "Name another folder for the results, or take it away.")
    }

    private func mark(_ name: String) -> String { "\(folder)/.\(name)-placed" }

    /// A link that leads nowhere counts, too.
    private func isTaken(_ place: String) -> Bool {
        var status = stat()
        return lstat(place, &status) == 0
    }

    private func move(_ made: String, to place: String, in parent: String, as name: String) throws(BackendError) {
        try checkFree(place, for: name)
        let manager = FileManager.default
        do {
            try Data().write(to: URL(fileURLWithPath: mark(name)))
            try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
            if isTaken(place) { try manager.removeItem(atPath: place) }
            try manager.moveItem(atPath: made, toPath: place)
        } catch {
            throw BackendError(.invalid, "\(place) cannot be written: \(error)")
        }
    }
}

/// Bytes for people.
enum Megabytes {
    /// In MB, with a digit behind the point below 10.
    static func text(_ bytes: Int64) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return tenths >= 100 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
