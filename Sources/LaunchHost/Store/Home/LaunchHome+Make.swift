import FoundationEssentials
import Glibc
import LaunchOwnership

extension LaunchHome {
    /// Creates missing folders and a missing database, accessible only to the owner (0700 and 0600, with any umask),
    /// and removes the access of others.
    /// - Returns: one sentence for each path that was accessible to others and no longer is.
    /// - Throws: `.denied` if that is not possible, the folder is not writable, or another user owns or can replace its
    ///   content.
    @discardableResult
    package func make() throws(StoreError) -> [String] {
        let guarding = HomeGuard(home: self)
        try guarding.checkPlace()
        for folder in [path, "\(path)/runs", sources, bells, owners] {
            try Files.makeFolder(folder)
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw StoreError(
                .denied, "The folder '\(path)' may not be written to: \(Files.reason()).",
                hint: "Set LAUNCH_HOME to a folder of your own.")
        }
        let repaired = try guarding.repair()
        try guarding.makeDatabase()
        return repaired
    }

    /// Creates a run's folder and returns its path.
    /// - Throws: `.denied` if that is not possible.
    @discardableResult
    package func makeFolder(of run: RunID) throws(StoreError) -> String {
        try Files.makeFolder(folder(of: run))
        guard Ownership.isOwn(folder(of: run)) else {
            throw StoreError(
                .denied, "The folder '\(folder(of: run))' belongs to another user.",
                hint: "Remove it: rm -r \(Ownership.quoted(folder(of: run))).")
        }
        return folder(of: run)
    }

    /// Risks of an existing folder, in sentences: it is on a network file system, or a group can replace it.
    package var warnings: [String] {
        var warnings: [String] = []
        if let kind = NetworkFileSystem.kind(of: path) {
            warnings.append(
                "The folder '\(path)' is on a network file system (\(kind)), where the database's locks do not work. "
                    + "Set LAUNCH_HOME to a folder on a local disk.")
        }
        for folder in Ownership.groupWritableParents(of: path) {
            warnings.append(
                "A group can write to the folder '\(folder)', and so replace '\(path)'. Remove that permission: "
                    + "chmod g-w \(Ownership.quoted(folder)).")
        }
        return warnings
    }
}
