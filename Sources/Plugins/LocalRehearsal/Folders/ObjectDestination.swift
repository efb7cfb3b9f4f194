internal import LaunchLocalContainers
internal import LaunchPluginKit

/// The objects below a prefix as the destination of a synchronized folder.
struct ObjectDestination: SyncDestination {
    let store: any ObjectStore
    let prefix: String
    let cache: ObjectCache

    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], notes: [String]) {
        let all = try await store.all(prefix).filter { !$0.uri.hasSuffix("/") }
        let chosen = Self.files(of: all.map { RawName.text($0.uri.utf8.dropFirst(prefix.utf8.count)) })
        let budget = cache.budget("The content of \(prefix)")
        var files: [InputFile] = []
        for (object, path) in zip(all, chosen.paths) {
            guard let path else { continue }
            let local = try await cache.file(object, from: store, budget: budget, progress: progress)
            files.append(try InputFile(path, at: local))
        }
        return (files, chosen.notes)
    }

    /// The file paths of object keys; nil for a key that cannot be a path. A key may be the prefix of other keys, so
    /// it is a file and a folder: hosts get the folder.
    private static func files(of keys: [String]) -> (paths: [String?], notes: [String]) {
        let folders = ParentFolders.of(keys)
        var notes = TreeNotes()
        let paths = keys.map { key -> String? in
            if !InputFile.isSafe(key) {
                notes.add("the object '\(key)' has a key that cannot be a file path; it is not copied.")
            } else if folders.contains(key) {
                notes.add("'\(key)' is an object and the folder of others; hosts get the folder, not the object.")
            } else {
                return key
            }
            return nil
        }
        return (paths, notes.all)
    }

    /// Objects have no such conflicts.
    func obstacle(to path: String) -> String? { nil }

    /// Keys of objects are UTF-8.
    func canHold(_ path: String) -> Bool { RawName.utf8(path) != nil }

    func put(_ file: String, as path: String) async throws(BackendError) {
        guard let path = RawName.utf8(path) else {
            throw BackendError(.internalFault, "\(RawName.shown(path)) cannot be the key of an object.")
        }
        try await store.upload(file, to: prefix + path, progress: nil)
    }

    func remove(_ path: String) async throws(BackendError) {
        guard let path = RawName.utf8(path) else { return }
        try await store.delete(prefix + path)
    }
}
