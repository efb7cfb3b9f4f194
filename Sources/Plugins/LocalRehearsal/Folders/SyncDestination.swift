internal import LaunchLocalContainers
internal import Glibc
internal import LaunchPluginKit

/// The destination of a synchronized folder.
struct SyncLocation: Sendable {
    private enum Kind: Sendable {
        case folder(String)
        case objects(any ObjectStore, prefix: String)
    }
    private let kind: Kind
    private let cache: ObjectCache

    init(_ place: DataLocation, objects: Objects, cache: ObjectCache) async throws(BackendError) {
        switch place {
        case .path(let path): kind = .folder(path)
        case .uri(let uri): kind = .objects(try await objects.store(for: uri), prefix: DataLocation.folder(uri))
        }
        self.cache = cache
    }

    /// The content as files of this machine; `notes` has a sentence for each omitted entry.
    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], notes: [String]) {
        switch kind {
        case .folder(let path):
            guard access(path, F_OK) == 0 else { return ([], []) }
            let found = try LocalTree.found(path)
            return (
                found.files,
                found.lost.map { "the link \(RawName.shown($0)) does not lead to a file in it and was left out." }
            )
        case .objects(let store, let prefix):
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
    }

    /// The file paths of object keys; nil for a key that cannot be a path. A key may be the prefix of other keys, so
    /// it is a file and a folder: hosts get the folder.
    private static func files(of keys: [String]) -> (paths: [String?], notes: [String]) {
        var folders: Set<Substring> = []
        for key in keys {
            var rest = key[...]
            while let slash = rest.lastIndex(of: "/") {
                rest = rest[..<slash]
                guard folders.insert(rest).inserted else { break }
            }
        }
        var notes = TreeNotes()
        let paths = keys.map { key -> String? in
            if !InputFile.isSafe(key) {
                notes.add("the object '\(key)' has a key that cannot be a file path; it is not copied.")
            } else if folders.contains(key[...]) {
                notes.add(
                    "'\(key)' is an object and the folder of others; hosts get the folder, not the object.")
            } else {
                return key
            }
            return nil
        }
        return (paths, notes.all)
    }

    /// The part of a path that an entry of the wrong kind blocks: a file in place of a folder, or the reverse. Nil if
    /// the file can be written. Objects have no such conflicts.
    func obstacle(to path: String) -> String? {
        guard case .folder(let folder) = kind else { return nil }
        let parts = path.split(separator: "/")
        for count in 1...max(1, parts.count) {
            let part = parts.prefix(count).joined(separator: "/")
            guard let status = Disk.status("\(folder)/\(part)") else { return nil }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if isFolder == (count == parts.count) { return part }
        }
        return nil
    }

    /// True if a file can have that name there: keys of objects are UTF-8.
    func canHold(_ path: String) -> Bool {
        if case .folder = kind { return true }
        return RawName.utf8(path) != nil
    }

    /// Writes a file. Replaces an existing file of that path atomically.
    func put(_ file: String, as path: String) async throws(BackendError) {
        switch kind {
        case .folder(let folder):
            let place = "\(folder)/\(path)"
            try UserFolder.make(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
            try LocalCopies.copy(try InputFile(path, at: file), to: place)
        case .objects(let store, let prefix):
            guard let path = RawName.utf8(path) else {
                throw BackendError(.internalFault, "\(RawName.shown(path)) cannot be the key of an object.")
            }
            try await store.upload(file, to: prefix + path, progress: nil)
        }
    }

    /// Removes a file, and then empty parent folders.
    func remove(_ path: String) async throws(BackendError) {
        switch kind {
        case .folder(let folder):
            var parts = path.split(separator: "/").dropLast()
            // Files that the user's links lead to stay: they may not be checkpoints.
            guard !Self.hasLink(folder, parts) else { return }
            Disk.unlink("\(folder)/\(path)")
            while !parts.isEmpty, Disk.rmdir("\(folder)/\(parts.joined(separator: "/"))") == 0 { parts.removeLast() }
        case .objects(let store, let prefix):
            guard let path = RawName.utf8(path) else { return }
            try await store.delete(prefix + path)
        }
    }

    private static func hasLink(_ folder: String, _ parts: ArraySlice<Substring>) -> Bool {
        (0..<parts.count).contains { count in
            let status = Disk.linkStatus("\(folder)/\(parts.prefix(count + 1).joined(separator: "/"))")
            return status.map { $0.st_mode & S_IFMT == S_IFLNK } ?? false
        }
    }
}
