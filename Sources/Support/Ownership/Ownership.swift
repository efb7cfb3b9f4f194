import Glibc

/// Checks whether another user of the machine can read, change or replace a file.
///
/// Root is trusted, because file permissions do not restrict it. "This user" is the effective user of the process.
public enum Ownership {
    /// Checks the path of the program's own data, and the folders above it. Missing entries are accepted.
    ///
    /// Throws for a parent folder that every user can write to without the sticky bit, for another user's symbolic
    /// link in the path, and for a file or folder that another user owns.
    public static func check(_ path: String) throws(OwnershipProblem) {
        try checkParents(of: path)
        try checkEntry(path)
    }

    /// Checks one entry: its owner, and for a symbolic link also the owner of its target.
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

    /// Whether this user owns an entry. Symbolic links are not followed.
    public static func isOwn(_ path: String) -> Bool {
        status(path).map { $0.st_uid == geteuid() } ?? false
    }

    /// Checks that only this user and root can change a file's content: its owner, its mode and its folder's mode.
    /// Only regular files are checked. A missing file is accepted.
    public static func checkContent(_ path: String) throws(OwnershipProblem) {
        guard let file = status(path, followLinks: true), file.st_mode & S_IFMT == S_IFREG else { return }
        guard isTrusted(file.st_uid) else {
            throw OwnershipProblem(
                "'\(path)' belongs to \(name(of: file.st_uid)), who can change it.",
                remedy: "Change the owner: chown \(getuid()) \(quoted(path)).")
        }
        if file.st_mode & 0o002 != 0 || (file.st_mode & 0o020 != 0 && !isOwnGroup(file.st_gid)) {
            throw OwnershipProblem(
                "Other users can change '\(path)': its mode is \(octal(file.st_mode)).",
                remedy: "Restrict the mode: chmod go-w \(quoted(path)).")
        }
        let folder = parent(of: path)
        if let status = status(folder, followLinks: true), status.st_mode & 0o1002 == 0o002 {
            throw OwnershipProblem(
                "Other users can replace '\(path)': the mode of its folder '\(folder)' is \(octal(status.st_mode)).",
                remedy: "Restrict the mode: chmod o-w \(quoted(folder)).")
        }
    }

    /// Whether programs in a folder may be started: its path is absolute, and not every user can write to it.
    public static func isSafeProgramFolder(_ folder: String) -> Bool {
        guard folder.hasPrefix("/"), let status = status(folder, followLinks: true) else { return false }
        return status.st_mode & 0o002 == 0
    }

    /// The parent folders of a path that a group other than the user's own can write to, without the sticky bit.
    public static func groupWritableParents(of path: String) -> [String] {
        parents(of: path).filter { folder in
            guard let status = status(folder, followLinks: true) else { return false }
            return status.st_mode & 0o1020 == 0o020 && status.st_gid != 0 && !isOwnGroup(status.st_gid)
        }
    }

    /// Checks the parent folders of a path, from the top.
    public static func checkParents(of path: String) throws(OwnershipProblem) {
        for folder in parents(of: path) {
            guard let entry = status(folder) else { return }
            if entry.st_mode & S_IFMT == S_IFLNK, !isTrusted(entry.st_uid) {
                throw OwnershipProblem(
                    "'\(folder)', a parent folder of '\(path)', is a symbolic link that belongs to "
                        + "\(name(of: entry.st_uid)).",
                    remedy: "Use a path without it.")
            }
            guard let target = status(folder, followLinks: true) else { return }
            guard isTrusted(target.st_uid) else {
                throw OwnershipProblem(
                    "The folder '\(folder)', above '\(path)', belongs to \(name(of: target.st_uid)), who can replace "
                        + "its content.",
                    remedy: "Change the owner with chown \(getuid()) \(quoted(folder)), or use a folder below your own."
                )
            }
            if target.st_mode & 0o1002 == 0o002 {
                throw OwnershipProblem(
                    "Every user can write to the folder '\(folder)', above '\(path)', and can replace its content.",
                    remedy: "Restrict the mode: chmod o-w \(quoted(folder)).")
            }
        }
    }

    private static func checkOwner(_ path: String, _ found: stat) throws(OwnershipProblem) {
        guard found.st_uid == geteuid() else {
            throw OwnershipProblem(
                "'\(path)' belongs to \(name(of: found.st_uid)), not to \(name(of: geteuid())).",
                remedy: "Change the owner with chown \(geteuid()) \(quoted(path)), remove it, or use another path.")
        }
    }
}
