import Glibc
import LaunchOwnership

/// Protects the state folder from other users of the machine: refuses entries that they own or can replace, and removes
/// their access.
///
/// The mode of the folder is 0700, so other users cannot reach anything in it. The entries of its first level get the
/// modes 0700 and 0600 as well, so that a later mistake with the folder's mode does not expose the database.
struct HomeGuard {
    let home: LaunchHome

    /// The entries of the first level: folders, and the database with SQLite's additional files.
    private static let folders = ["runs", "sources", "bells", "owners", "rehearsals", "cache", "plugins"]
    private static let files = ["launch.db", "launch.db-wal", "launch.db-shm", "launch.db-journal"]

    /// Refuses a folder that another user owns or can replace.
    func checkPlace() throws(StoreError) {
        try checked { () throws(OwnershipProblem) in try Ownership.check(home.path) }
        guard let found = status(home.path, followLinks: true), mode(found) & 0o077 != 0, !home.exists else { return }
        // If the folder contains other things, such as a home folder does, its mode is the user's choice.
        let isForeign = Files.names(in: home.path).contains { !(Self.folders + Self.files).contains($0) }
        guard isForeign || found.st_mode & S_ISVTX != 0 else { return }
        throw StoreError(
            .denied,
            "The folder '\(home.path)' is open to other users (mode \(octal(found))) and contains other files than the "
                + "state of launch.",
            hint: "Set LAUNCH_HOME to a folder of its own, or close this one: chmod 700 "
                + "\(Ownership.quoted(home.path)).")
    }

    /// Refuses entries that another user has created: a database, or a journal that SQLite would apply.
    private func checkEntries() throws(StoreError) {
        for name in Self.folders + Self.files {
            try checked { () throws(OwnershipProblem) in try Ownership.checkEntry("\(home.path)/\(name)") }
        }
    }

    /// Removes the access of other users, and refuses entries that they have created. Returns one sentence for each
    /// path that was changed.
    func repair() throws(StoreError) -> [String] {
        // The folder comes first: after that, no other user can add or replace entries.
        var changed = try [close(home.path, to: 0o700)]
        try checkEntries()
        for name in Self.folders { changed.append(try close("\(home.path)/\(name)", to: 0o700)) }
        for name in Self.files { changed.append(try close("\(home.path)/\(name)", to: 0o600)) }
        return changed.compactMap { $0 }
    }

    /// Creates an empty database that only the owner can access, with any umask. SQLite gives its additional files the
    /// same mode.
    ///
    /// The function does nothing if the database exists: closing a descriptor of a database that this process has open
    /// would release its locks.
    func makeDatabase() throws(StoreError) {
        let file = open(home.database, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0 { Glibc.close(file) }
    }

    private func close(_ path: String, to wanted: mode_t) throws(StoreError) -> String? {
        guard let found = status(path, followLinks: true), mode(found) & 0o077 != 0 else { return nil }
        guard chmod(path, wanted) == 0, let now = status(path, followLinks: true), mode(now) & 0o077 == 0 else {
            throw StoreError(
                .denied, "'\(path)' is open to other users (mode \(octal(found))), and that cannot be changed.",
                hint: "Set LAUNCH_HOME to a folder on a file system that keeps modes.")
        }
        return "'\(path)' was open to other users (mode \(octal(found))); its mode is now 0\(String(wanted, radix: 8))."
    }

    private func checked(_ body: () throws(OwnershipProblem) -> Void) throws(StoreError) {
        do throws(OwnershipProblem) {
            try body()
        } catch {
            throw StoreError(.denied, error.description, hint: error.remedy)
        }
    }

    private func status(_ path: String, followLinks: Bool) -> stat? {
        var found = stat()
        return (followLinks ? stat(path, &found) : lstat(path, &found)) == 0 ? found : nil
    }

    private func mode(_ found: stat) -> mode_t { found.st_mode & 0o7777 }
    private func octal(_ found: stat) -> String { "0" + String(mode(found), radix: 8) }
}
