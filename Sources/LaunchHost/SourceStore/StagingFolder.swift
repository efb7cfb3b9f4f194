internal import FoundationEssentials
internal import Glibc

/// A folder beside the snapshots that something is made in, gone when its owner is, also when that was killed.
///
/// Its owner holds a lock on it, which the kernel frees with the process. That tells work that is going on from what was
/// left behind, without times and process numbers.
struct StagingFolder: ~Copyable {
    /// Its absolute path.
    let path: String
    private let lock: Int32

    private static let prefix = ".incoming-"

    /// Makes one, and the store's folder where that is not there yet.
    init(in store: String) throws(FileSystem.Failure) {
        try Self.makeParents(store)
        let path = "\(store)/\(Self.prefix)\(UUID().uuidString.lowercased())"
        try FileSystem.makeFolder(path, mode: 0o700)
        let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw FileSystem.Failure(code: errno, path: path) }
        _ = flock(lock, LOCK_EX | LOCK_NB)
        self.path = path
        self.lock = lock
    }

    /// Makes one, and says what keeps it from being made as the user should hear it.
    init(for store: SourceStore) throws(LaunchError) {
        do {
            self = try StagingFolder(in: store.folder)
        } catch {
            throw SourceStore.error(error)
        }
    }

    deinit {
        try? FileSystem.remove(path)
        close(lock)
    }

    static func isName(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// Removes one whose owner is no more; leaves others alone.
    static func removeAbandoned(_ path: String) throws(FileSystem.Failure) {
        let lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { return }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
        try FileSystem.remove(path)
    }

    private static func makeParents(_ folder: String) throws(FileSystem.Failure) {
        var prefix = ""
        for part in folder.split(separator: "/") {
            prefix += "/\(part)"
            do {
                try FileSystem.makeFolder(prefix, mode: 0o700)
            } catch {
                guard (try? FileSystem.status(prefix, followLinks: true)) != nil else { throw error }
            }
        }
    }
}
