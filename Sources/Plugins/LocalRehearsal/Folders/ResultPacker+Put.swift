internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchOwnership
internal import LaunchPluginKit

/// Destinations of results.
extension ResultPacker {
    /// Checks before the job runs whether a result can be stored at its destination.
    /// - Throws: `conflict` if another entry exists there, `notFound` if the bucket does not exist.
    func check(_ result: RehearsalPlan.Result) async throws(BackendError) {
        guard let destination = result.destination else { return }
        switch try DataLocation(destination) {
        case .path(let path): try checkFree("\(path)/\(result.name)", for: result.name)
        case .uri(let uri):
            let store = try await objects.store(for: uri)
            do throws(BackendError) {
                // One page is enough to see that the service responds.
                try await store.list(uri) { _ throws(BackendError) in throw BackendError(.conflict, "") }
            } catch {
                // A permission to write does not imply a permission to list.
                guard ![.conflict, .denied].contains(error.category) else { return }
                throw BackendError(
                    error.category, "\(uri), the destination of \(result.name), cannot be used: \(error.message)",
                    hint: error.hint, retryAfter: error.retryAfter)
            }
        }
    }

    /// Moves a packed result to its destination. If that fails, it stays in this folder.
    func put(_ result: RehearsalPlan.Result, _ made: String) async throws(BackendError) -> Packed {
        guard let destination = result.destination else { return Packed(place: made) }
        switch try DataLocation(destination) {
        case .path(let path):
            try move(made, to: "\(path)/\(result.name)", in: path, as: result.name)
            return Packed(place: "\(path)/\(result.name)")
        case .uri(let uri):
            let target = DataLocation.folder(uri) + result.name
            let notes = try await upload(result, made, to: target, in: try await objects.store(for: uri))
            try? FileManager.default.removeItem(atPath: made)
            return Packed(place: target, notes: notes)
        }
    }

    private func upload(
        _ result: RehearsalPlan.Result, _ made: String, to target: String, in store: any ObjectStore
    ) async throws(BackendError) -> [String] {
        let report: @Sendable (Int64, Int64) -> Void = { [progress] done, total in
            progress("\(result.name): \(Megabytes.text(done)) of \(Megabytes.text(total)) MB")
        }
        guard !result.isPacked else {
            try await store.upload(made, to: target, progress: report)
            return []
        }
        let found = try LocalTree.found(made)
        // Check before the first upload: if a file cannot be an object, all files stay with the run.
        for file in found.files where RawName.utf8(file.path) == nil {
            throw BackendError(
                .invalid,
                "\(result.name) has a file '\(RawName.shown(file.path))', whose name is not UTF-8, so no object can have it.",
                hint: "Give the file another name.")
        }
        for file in found.files {
            guard let path = RawName.utf8(file.path), let local = RawName.utf8(file.local) else { continue }
            try await store.upload(local, to: "\(target)/\(path)", progress: report)
        }
        return found.lost.map {
            "\(result.name): the link \(RawName.shown($0)) does not lead to a file in it and was left out."
        }
    }

    /// Refuses a taken destination, unless an earlier try of this job wrote it. A marker file, written first, shows
    /// that.
    private func checkFree(_ place: String, for name: String) throws(BackendError) {
        guard isTaken(place), !FileManager.default.fileExists(atPath: mark(name)) else { return }
        throw BackendError(
            .conflict, "\(place) exists already and does not belong to this job, so it was not changed.",
            hint: "Name another folder for the results, or remove it.")
    }

    private func mark(_ name: String) -> String { "\(folder)/.\(name)-placed" }

    /// A broken link counts as well.
    private func isTaken(_ place: String) -> Bool {
        var status = stat()
        return lstat(place, &status) == 0
    }

    private func isFolder(_ place: String) -> Bool {
        var status = stat()
        return lstat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func move(_ made: String, to place: String, in parent: String, as name: String) throws(BackendError) {
        try checkFree(place, for: name)
        let manager = FileManager.default
        do {
            try Data().write(to: URL(fileURLWithPath: mark(name)))
            try UserFolder.make(parent)
            if isTaken(place) { try manager.removeItem(atPath: place) }
            try Relocation.move(
                made, to: place,
                budget: WriteBudget(
                    name, limit: .max, entries: .max, key: TransferLimits.outputKey, folder: parent,
                    reserve: limits.reserve))
            if !isFolder(place) { UserMask.apply(0o666, to: place) }
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.invalid, "\(place) cannot be written: \(FileFault.words(error))")
        }
    }
}
