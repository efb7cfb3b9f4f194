internal import FoundationEssentials
internal import Glibc
internal import LaunchSafeFiles

/// A temporary folder beside the snapshots. It is removed with its owner, or later if the owner was killed.
///
/// The owner holds a lock on the folder, which the kernel releases when the process ends. So abandoned folders can be
/// detected without times and process IDs.
struct StagingFolder: ~Copyable {
    /// Its absolute path.
    package let path: String
    private let lock: FileLock?

    private static let prefix = ".incoming-"

    /// Creates a staging folder, and the store's folder if it does not exist.
    init(in store: String) throws(FileSystem.Failure) {
        try Self.makeParents(store)
        let path = "\(store)/\(Self.prefix)\(UUID().uuidString.lowercased())"
        try FileSystem.makeFolder(path, mode: 0o700)
        self.path = path
        // A file system without locks is accepted. On it, folders of other processes are never removed.
        lock = try? FileLock.folder(path)
    }

    /// Creates a staging folder; its error is for the user.
    init(for store: SourceStore) throws(LaunchError) {
        do {
            self = try StagingFolder(in: store.folder)
        } catch {
            throw SourceStore.error(error)
        }
    }

    deinit {
        try? FileSystem.remove(path)
    }

    static func isName(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// Removes the folder if its owner has ended; otherwise does nothing.
    static func removeAbandoned(_ path: String) throws(FileSystem.Failure) {
        guard let lock = try? FileLock.folder(path) else { return }
        try withExtendedLifetime(lock) { () throws(FileSystem.Failure) in try FileSystem.remove(path) }
    }

    /// Creates a folder with its parents.
    static func makeParents(_ folder: String) throws(FileSystem.Failure) {
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
