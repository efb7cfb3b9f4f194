import FoundationEssentials
import Glibc
import Ownership

/// The folder in which the program keeps its state, and where things are in it.
public struct LaunchHome: Sendable, Hashable {
    /// The folder's absolute path.
    public let path: String

    /// The folder at an absolute path.
    public init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The folder that a process with these environment variables uses: `$LAUNCH_HOME`, else `$XDG_STATE_HOME/launch`,
    /// else `~/.local/state/launch`. Makes nothing.
    /// - Throws: `.denied` where a variable is no absolute path, or none of them is set.
    public init(variables: [String: String]) throws(StoreError) {
        if let given = variables["LAUNCH_HOME"], !given.isEmpty {
            guard given.hasPrefix("/") else {
                throw StoreError(
                    .denied, "LAUNCH_HOME is '\(given)'; it must be an absolute path.", hint: "Begin it with '/'.")
            }
            self.init(path: given)
        } else if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") {
            // The XDG rules: a relative path counts as not set.
            self.init(path: "\(state)/launch")
        } else if let home = variables["HOME"], home.hasPrefix("/") {
            self.init(path: "\(home)/.local/state/launch")
        } else {
            throw StoreError(
                .denied, "There is no place for the program's state: neither LAUNCH_HOME nor HOME is set.",
                hint: "Set LAUNCH_HOME to a folder of your own.")
        }
    }

    /// The database of queues, jobs, runs and events.
    public var database: String { "\(path)/launch.db" }
    /// Snapshots of source folders.
    public var sources: String { "\(path)/sources" }
    /// What listeners hear changes with.
    public var bells: String { "\(path)/bells" }
    /// The lock of each living agent.
    public var owners: String { "\(path)/owners" }
    /// One run's log and outputs. Made by whoever writes there first, with `makeFolder(of:)`.
    public func folder(of run: RunID) -> String { "\(path)/runs/\(run)" }

    /// Whether a store has been made here.
    public var exists: Bool { access(database, F_OK) == 0 }

    /// Makes the folders and the database that are missing, for their owner alone (0700 and 0600, whatever the umask),
    /// and takes away what a looser mode gives to others.
    /// - Returns: what was open to others and is closed now, one sentence each.
    /// - Throws: `.denied` where that is not possible, the folder may not be written to, or another user owns or can
    ///   replace what is there.
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

    /// Makes a run's own folder and answers its path.
    /// - Throws: `.denied` where that is not possible.
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

    /// What is unwise about an existing folder, in sentences: that it is on a network file system, or that a group can
    /// replace it.
    public var warnings: [String] {
        var warnings: [String] = []
        if let kind = NetworkFileSystem.kind(of: path) {
            warnings.append(
                "The folder '\(path)' is on a network file system (\(kind)), where locks of the database do not hold. "
                    + "Set LAUNCH_HOME to a folder on a local disk.")
        }
        for folder in Ownership.groupWritableParents(of: path) {
            warnings.append(
                "A group can write to the folder '\(folder)', and so replace '\(path)'. Take that away: "
                    + "chmod g-w \(Ownership.quoted(folder)).")
        }
        return warnings
    }
}
