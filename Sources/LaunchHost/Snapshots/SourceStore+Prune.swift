public import FoundationEssentials
internal import Glibc

extension SourceStore {
    /// Removes snapshots that are not in use, and folders that killed programs left.
    ///
    /// If an entry cannot be removed, it is reported, and the other entries are still removed.
    /// - Parameters:
    ///   - names: the snapshots to keep.
    ///   - age: the minimum age of a removed snapshot in seconds, because a program records the name of a snapshot
    ///     after it is made.
    ///   - warn: gets one sentence for each entry that could not be removed; called on another thread.
    /// - Returns: the names of the removed snapshots.
    /// - Throws: `.tryAgain` if the task is cancelled.
    @discardableResult
    public func prune(
        keeping names: Set<String>, olderThan age: TimeInterval = 3600,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(LaunchError) -> [String] {
        try await SourceWork.run { work throws(LaunchError) in
            guard (try? FileSystem.status(folder)) != nil else { return [] }
            let limit = Date().timeIntervalSince1970 - age
            let found: [[UInt8]]
            do throws(FileSystem.Failure) {
                found = try FileSystem.names(in: folder)
            } catch {
                warn("The source store \(folder) cannot be read: \(error.why).")
                return []
            }
            var removed: [String] = []
            for bytes in found {
                try work.goOn()
                // All names that this program creates are ASCII.
                guard let name = String(validating: bytes, as: UTF8.self) else { continue }
                do throws(FileSystem.Failure) {
                    if StagingFolder.isName(name) {
                        try StagingFolder.removeAbandoned("\(folder)/\(name)")
                    } else if Self.isPiecesFolder(name) {
                        // A fetch that is still running writes to it.
                        if try FileSystem.modified("\(folder)/\(name)") <= limit {
                            try FileSystem.remove("\(folder)/\(name)")
                        }
                    } else if Self.isName(name), !names.contains(name), try removeSnapshot(name, before: limit) {
                        removed.append(name)
                    }
                } catch {
                    warn(
                        "\(folder)/\(name) is not in use and cannot be removed: \(error.path): \(error.why). "
                            + "Remove it as a user with permission.")
                }
            }
            return removed.sorted()
        }
    }

    /// Removes a snapshot that was last used before `limit`, in seconds since 1970. Returns whether it was removed.
    private func removeSnapshot(_ name: String, before limit: TimeInterval) throws(FileSystem.Failure) -> Bool {
        let path = "\(folder)/\(name)"
        guard let modified = try? FileSystem.modified(path), modified <= limit else {
            return false
        }
        // The snapshot is moved first, so that no reader finds a part of it.
        let staging = try StagingFolder(in: folder)
        defer { extendLifetime(staging) }
        try FileSystem.move(path, to: "\(staging.path)/\(name)")
        try FileSystem.remove("\(staging.path)/\(name)")
        return true
    }
}
