import FoundationEssentials
import Glibc
import Ownership

/// The folder with the program's state, and the paths in it.
public struct LaunchHome: Sendable, Hashable {
    /// The folder's absolute path.
    public let path: String

    public init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The folder for a process with these environment variables: `$LAUNCH_HOME`, else `$XDG_STATE_HOME/launch`, else
    /// `~/.local/state/launch`. Creates nothing.
    /// - Throws: `.denied` if a variable is not an absolute path, or none of them is set.
    public init(variables: [String: String]) throws(StoreError) {
        if let given = variables["LAUNCH_HOME"], !given.isEmpty {
            guard given.hasPrefix("/") else {
                throw StoreError(
                    .denied, "LAUNCH_HOME is '\(given)'; it must be an absolute path.", hint: "Begin it with '/'.")
            }
            self.init(path: given)
        } else if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") {
            // By the XDG rules, a relative path counts as not set.
            self.init(path: "\(state)/launch")
        } else if let home = variables["HOME"], home.hasPrefix("/") {
            self.init(path: "\(home)/.local/state/launch")
        } else {
            throw StoreError(
                .denied, "The program has no folder for its state: neither LAUNCH_HOME nor HOME is set.",
                hint: "Set LAUNCH_HOME to a folder of your own.")
        }
    }

    /// The database of queues, jobs, runs and events.
    public var database: String { "\(path)/launch.db" }
    /// Snapshots of source folders.
    public var sources: String { "\(path)/sources" }
    /// The pipes of the doorbell's listeners.
    public var bells: String { "\(path)/bells" }
    /// The locks of live owners.
    public var owners: String { "\(path)/owners" }
    /// The folder of a run's log and outputs. The first writer creates it with `makeFolder(of:)`.
    public func folder(of run: RunID) -> String { "\(path)/runs/\(run)" }

    /// Whether the folder contains a store.
    public var exists: Bool { access(database, F_OK) == 0 }

    /// Creates missing folders and a missing database, accessible only to the owner (0700 and 0600, with any umask),
    /// and removes the access of others.
    /// - Returns: one sentence for each path that was accessible to others and no longer is.
    /// - Throws: `.denied` if that is not possible, the folder is not writable, or another user owns or can replace its
    ///   content.
    @discardableResult
    public func make() throws(StoreError) -> [String] {
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
    public func makeFolder(of run: RunID) throws(StoreError) -> String {
        try Files.makeFolder(folder(of: run))
        guard Ownership.isOwn(folder(of: run)) else {
            throw StoreError(
                .denied, "The folder '\(folder(of: run))' belongs to another user.",
                hint: "Remove it: rm -r \(Ownership.quoted(folder(of: run))).")
        }
        return folder(of: run)
    }

    /// Risks of an existing folder, in sentences: it is on a network file system, or a group can replace it.
    public var warnings: [String] {
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
