import Glibc
internal import LaunchConcurrency

/// Writes a consistent copy of a store on this machine to a file, while programs use the store.
package struct StoreBackup: Sendable {
    /// What was written.
    package struct Summary: Sendable, Hashable, Codable {
        /// The file.
        package var path: String
        /// Its size in bytes.
        package var bytes: Int64
        /// The number of runs in it.
        package var runs: Int
    }

    private let home: LaunchHome
    private let path: String

    /// - Parameter path: the new file; it must not exist.
    package init(of home: LaunchHome, to path: String) {
        (self.home, self.path) = (home, path)
    }

    /// Writes the file, checks it, and gives it its name when it is on the disk. Only the user can read it. Blocks no
    /// thread of Swift's pool.
    /// - Throws: `.exists` if the file exists, `.unknown` if the store does not, `.full`, `.denied` or `.inputOutput` if
    ///   the file cannot be written, `.corrupt` if the store is damaged.
    package func write() async throws(StoreError) -> Summary {
        try await withBlockingWork { () -> Result<Summary, StoreError> in
            do throws(StoreError) {
                return .success(try writeNow())
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private func writeNow() throws(StoreError) -> Summary {
        guard home.exists else {
            throw StoreError(
                .unknown, "The folder '\(home.path)' has no store.", hint: "Set LAUNCH_HOME to the folder that has it.")
        }
        var facts = stat()
        if lstat(path, &facts) == 0 { throw exists }
        let store = try SQLiteConnection.ready(path: home.database)
        let draft = "\(path).\(UInt64.random(in: .min ... .max)).partial"
        let file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(Files.reason()) }
        defer {
            close(file)
            unlink(draft)
        }
        do throws(StoreError) {
            try store.run("VACUUM INTO ?", [.text(draft)])
        } catch {
            guard [.full, .denied, .inputOutput].contains(error.code) else { throw error }
            throw StoreError(
                error.code, "The backup '\(path)' cannot be written. \(error.message)",
                hint: "Write it to another disk, or free some space.")
        }
        let runs = try check(draft)
        guard fsync(file) == 0, fstat(file, &facts) == 0 else { throw failure(Files.reason()) }
        // Unlike a rename, a link replaces no file that was made meanwhile.
        guard link(draft, path) == 0 else { throw errno == EEXIST ? exists : failure(Files.reason()) }
        syncFolder()
        return Summary(path: path, bytes: Int64(facts.st_size), runs: runs)
    }

    /// The number of runs in the copy, whose pages and indexes are checked.
    private func check(_ draft: String) throws(StoreError) -> Int {
        let copy = try SQLiteConnection(path: draft, timeout: .seconds(15))
        let words = try copy.first("PRAGMA integrity_check(1)") { row throws(StoreError) in
            try row.text("integrity_check")
        }
        guard words == "ok" else {
            throw StoreError(
                .corrupt, "The database '\(home.database)' is damaged. (SQLite says: \(words ?? "nothing").)",
                hint: "Keep the older backups. 'The database is damaged' of docs/operating.md has the repair.")
        }
        return try copy.first("SELECT count(*) AS n FROM runs") { row throws(StoreError) in
            Int(clamping: try row.integer("n"))
        } ?? 0
    }

    /// Makes the new name durable. A file system that cannot do it keeps the file nevertheless.
    private func syncFolder() {
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private var exists: StoreError {
        StoreError(
            .exists, "The file '\(path)' exists already.", hint: "Take another name; a backup replaces no file.")
    }

    private func failure(_ reason: String) -> StoreError {
        StoreError(
            .denied, "The backup '\(path)' cannot be written: \(reason).",
            hint: "Check that its folder exists and is yours.")
    }
}
