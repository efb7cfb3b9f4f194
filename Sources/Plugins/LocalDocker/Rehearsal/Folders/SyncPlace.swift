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

    /// What is there, as files of this machine; `notes` has a sentence for what is left out.
    func content(
        _ progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> (files: [InputFile], notes: [String]) {
        switch kind {
        case .folder(let path):
            guard access(path, F_OK) == 0 else { return ([], []) }
            let found = try LocalTree.found(path)
            return (
                found.files,
                found.lost.map { "the link \(RawName.shown($0)) leads to no file in it and was left out." }
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

    /// The paths that files can have; nil for a key that no file of a tree can have. Objects may have keys that are the
    /// beginning of others' keys: of such a file and folder, hosts get the folder.
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
                notes.add("the object '\(key)' has a key that can be no file's path; it stays where it is.")
            } else if folders.contains(key[...]) {
                notes.add(
                    "'\(key)' is an object and the folder of others; hosts get the folder, and it stays where it is.")
            } else {
                return key
            }
            return nil
        }
        return (paths, notes.all)
    }

    /// The part of a path in whose place something else is: a file where a folder has to be, or the reverse; nil where
    /// the file can be put. Between objects there are no such conflicts.
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

    /// Whether a file of that name can be there: the keys of objects are UTF-8.
    func canHold(_ path: String) -> Bool {
        if case .folder = kind { return true }
        return RawName.utf8(path) != nil
    }

    /// Puts a file there; what was there under the path is replaced at once.
    func put(_ file: String, as path: String) async throws(BackendError) {
        switch kind {
        case .folder(let folder):
            let place = "\(folder)/\(path)"
            try UserFolder.make(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
            try LocalCopies.copy(try InputFile(path, at: file), to: place)
        case .objects(let store, let prefix):
            guard let path = RawName.utf8(path) else {
                throw BackendError(.internalFault, "\(RawName.shown(path)) can be no object's key.")
            }
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
