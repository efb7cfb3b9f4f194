internal import FoundationEssentials
internal import Glibc
internal import LaunchHost

/// The place that a folder of the hosts is kept the same as.
struct SyncPlace: Sendable {
    private enum Kind: Sendable {
        case folder(String)
        case objects(any ObjectStore, prefix: String)
    }
    private let kind: Kind
    private let cache: ObjectCache

    init(_ place: Place, objects: Objects, cache: ObjectCache) async throws(BackendError) {
        switch place {
        case .path(let path): kind = .folder(path)
        case .uri(let uri): kind = .objects(try await objects.store(for: uri), prefix: Place.folder(uri))
        }
        self.cache = cache
    }

    /// What is there, as files of this machine; `lost` has the paths of links that lead nowhere.
    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], lost: [String]) {
        switch kind {
        case .folder(let path):
            return access(path, F_OK) == 0 ? try LocalTree.found(path) : ([], [])
        case .objects(let store, let prefix):
            var files: [InputFile] = []
            for object in try await store.all(prefix) where !object.uri.hasSuffix("/") {
                let local = try await cache.file(object, from: store, progress: progress)
                files.append(try InputFile(String(object.uri.dropFirst(prefix.count)), at: local))
            }
            return (files, [])
        }
    }

    /// Puts a file there; what was there under the path is replaced at once.
    func put(_ file: String, as path: String) async throws(BackendError) {
        switch kind {
        case .folder(let folder):
            let place = "\(folder)/\(path)"
            let manager = FileManager.default
            do {
                let parent = String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)])
                try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
                let partial = "\(place).launch-\(UInt64.random(in: .min ... .max))"
                defer { unlink(partial) }
                try manager.copyItem(atPath: file, toPath: partial)
                guard rename(partial, place) == 0 else { throw FileFault.error("write", place) }
            } catch let error as BackendError {
                throw error
            } catch {
                throw BackendError(.invalid, "\(place) cannot be written: \(FileFault.words(error))")
            }
        case .objects(let store, let prefix):
            try await store.upload(file, to: prefix + path, progress: nil)
        }
    }

    /// Takes a file away, and folders that are empty then.
    func remove(_ path: String) async throws(BackendError) {
        switch kind {
        case .folder(let folder):
            var parts = path.split(separator: "/").dropLast()
            // What the user linked to stays: it may be no checkpoint at all.
            guard !Self.hasLink(folder, parts) else { return }
            unlink("\(folder)/\(path)")
            while !parts.isEmpty, rmdir("\(folder)/\(parts.joined(separator: "/"))") == 0 { parts.removeLast() }
        case .objects(let store, let prefix):
            try await store.delete(prefix + path)
        }
    }
    private static func hasLink(_ folder: String, _ parts: ArraySlice<Substring>) -> Bool {
        (0..<parts.count).contains { count in
            var status = stat()
            return lstat("\(folder)/\(parts.prefix(count + 1).joined(separator: "/"))", &status) == 0
                && status.st_mode & S_IFMT == S_IFLNK
        }
    }
}
