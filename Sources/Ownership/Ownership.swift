import Glibc

/// Tells whether another user of the machine can read, change or replace a file.
///
/// Root is trusted: it can do everything anyway. The effective user of this process is "we".
public enum Ownership {
    /// Checks a path that this program keeps its own data at, and the folders above it. What does not exist yet is no
    /// problem.
    ///
    /// A problem is a folder above that every user can write to without the sticky bit, a symbolic link of another user
    /// on the way, and a file or folder that another user owns.
    public static func check(_ path: String) throws(OwnershipProblem) {
        try checkParents(of: path)
        try checkEntry(path)
    }

    /// Checks one entry only: its own owner, and for a symbolic link the owner of its target as well.
    public static func checkEntry(_ path: String) throws(OwnershipProblem) {
        guard let entry = status(path) else { return }
        if entry.st_mode & S_IFMT == S_IFLNK {
            guard isTrusted(entry.st_uid) else {
                throw OwnershipProblem(
                    "'\(path)' is a symbolic link that belongs to \(name(of: entry.st_uid)).",
                    remedy: "Remove it: rm \(quoted(path)).")
            }
            guard let target = status(path, followLinks: true) else { return }
            try checkOwner(path, target)
        } else {
            try checkOwner(path, entry)
        }
    }

    /// Whether an entry, not followed where it is a symbolic link, belongs to this user.
    public static func isOwn(_ path: String) -> Bool {
        status(path).map { $0.st_uid == geteuid() } ?? false
    }

    /// Checks that only this user and root can change a file's content: its owner, its mode and its folder's mode.
    /// Only regular files are checked; a missing one is no problem.
    public static func checkContent(_ path: String) throws(OwnershipProblem) {
        guard let file = status(path, followLinks: true), file.st_mode & S_IFMT == S_IFREG else { return }
        guard isTrusted(file.st_uid) else {
            throw OwnershipProblem(
                "'\(path)' belongs to \(name(of: file.st_uid)), who can change it.",
                remedy: "Take it over: chown \(getuid()) \(quoted(path)).")
        }
        if file.st_mode & 0o002 != 0 || (file.st_mode & 0o020 != 0 && !isOwnGroup(file.st_gid)) {
            throw OwnershipProblem(
                "Other users can change '\(path)': its mode is \(octal(file.st_mode)).",
                remedy: "Take that away: chmod go-w \(quoted(path)).")
        }
        let folder = parent(of: path)
        if let status = status(folder, followLinks: true), status.st_mode & 0o1002 == 0o002 {
            throw OwnershipProblem(
                "Other users can replace '\(path)': the mode of its folder '\(folder)' is \(octal(status.st_mode)).",
                remedy: "Take that away: chmod o-w \(quoted(folder)).")
        }
    }

    /// Whether programs may be started from a folder: its path is absolute, and not every user can write to it.
    public static func isSafeProgramFolder(_ folder: String) -> Bool {
        guard folder.hasPrefix("/"), let status = status(folder, followLinks: true) else { return false }
        return status.st_mode & 0o002 == 0
    }

    /// The folders above a path that a group other than the user's own can write to, without the sticky bit.
    public static func groupWritableParents(of path: String) -> [String] {
        parents(of: path).filter { folder in
            guard let status = status(folder, followLinks: true) else { return false }
            return status.st_mode & 0o1020 == 0o020 && status.st_gid != 0 && !isOwnGroup(status.st_gid)
        }
    }

    /// Checks the folders above a path, from the top.
    public static func checkParents(of path: String) throws(OwnershipProblem) {
        for folder in parents(of: path) {
            guard let entry = status(folder) else { return }
            if entry.st_mode & S_IFMT == S_IFLNK, !isTrusted(entry.st_uid) {
                throw OwnershipProblem(
                    "'\(folder)', on the way to '\(path)', is a symbolic link that belongs to "
                        + "\(name(of: entry.st_uid)).",
                    remedy: "Use a path without it.")
            }
            guard let target = status(folder, followLinks: true) else { return }
            guard isTrusted(target.st_uid) else {
                throw OwnershipProblem(
                    "The folder '\(folder)', above '\(path)', belongs to \(name(of: target.st_uid)), who can replace "
                        + "what is in it.",
                    remedy: "Take it over, chown \(getuid()) \(quoted(folder)), or use a folder below your own.")
            }
            if target.st_mode & 0o1002 == 0o002 {
                throw OwnershipProblem(
                    "Every user can write to the folder '\(folder)', above '\(path)', and so replace what is in it.",
                    remedy: "Take that away: chmod o-w \(quoted(folder)).")
            }
        }
    }

    private static func checkOwner(_ path: String, _ found: stat) throws(OwnershipProblem) {
        guard found.st_uid == geteuid() else {
            throw OwnershipProblem(
                "'\(path)' belongs to \(name(of: found.st_uid)), and not to \(name(of: geteuid())).",
                remedy: "Take it over, chown \(geteuid()) \(quoted(path)), or remove it, or use another place.")
        }
    }
}
