internal import Glibc

/// The folder with the program's state, and the paths in it.
package struct LaunchHome: Sendable, Hashable {
    /// The folder's absolute path.
    package let path: String

    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The folder for a process with these environment variables: `$LAUNCH_HOME`, else `$XDG_STATE_HOME/launch`, else
    /// `~/.local/state/launch`. Creates nothing.
    /// - Throws: `.denied` if a variable is not an absolute path, or none of them is set.
    package init(variables: [String: String]) throws(LaunchError) {
        if let given = variables["LAUNCH_HOME"], !given.isEmpty {
            guard given.hasPrefix("/") else {
                throw LaunchError(
                    .denied, "LAUNCH_HOME is '\(given)'; it must be an absolute path.", hint: "Begin it with '/'.")
            }
            self.init(path: given)
        } else if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") {
            // By the XDG rules, a relative path counts as not set.
            self.init(path: "\(state)/launch")
        } else if let home = variables["HOME"], home.hasPrefix("/") {
            self.init(path: "\(home)/.local/state/launch")
        } else {
            throw LaunchError(
                .denied, "The program has no folder for its state: neither LAUNCH_HOME nor HOME is set.",
                hint: "Set LAUNCH_HOME to a folder of your own.")
        }
    }

    /// The database of queues, jobs, runs and events.
    package var database: String { "\(path)/launch.db" }
    /// Snapshots of source folders.
    package var sources: String { "\(path)/sources" }
    /// The pipes of the doorbell's listeners.
    package var bells: String { "\(path)/bells" }
    /// The locks of live owners.
    package var owners: String { "\(path)/owners" }
    /// The folder of a run's log and outputs. The first writer creates it with `makeFolder(of:)`.
    package func folder(of run: RunID) -> String { "\(path)/runs/\(run)" }

    /// Whether the folder contains a store.
    package var exists: Bool { access(database, F_OK) == 0 }
}
