import Glibc

extension Ownership {
    static func status(_ path: String, followLinks: Bool = false) -> stat? {
        var found = stat()
        guard (followLinks ? stat(path, &found) : lstat(path, &found)) == 0 else { return nil }
        return found
    }

    /// Root and this user are trusted.
    static func isTrusted(_ user: uid_t) -> Bool { user == 0 || user == geteuid() }

    /// Whether this user is the only member of a group. Many distributions create such a group for each user, and set a
    /// umask that allows the group to write.
    static func isOwnGroup(_ group: gid_t) -> Bool {
        guard group == getegid() else { return false }
        var buffer = [CChar](repeating: 0, count: 65_536)
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        guard getgrgid_r(group, &entry, &buffer, buffer.count, &found) == 0, found != nil,
            let groupName = entry.gr_name, String(cString: groupName) == userName(geteuid())
        else { return false }
        return entry.gr_mem.pointee == nil
    }

    /// `user 'eve' (1001)`, or the number alone for an unknown user.
    static func name(of user: uid_t) -> String {
        userName(user).map { "user '\($0)' (\(user))" } ?? "user \(user)"
    }

    private static func userName(_ user: uid_t) -> String? {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else { return nil }
        return String(cString: name)
    }

    static func octal(_ mode: mode_t) -> String { "0" + String(mode & 0o7777, radix: 8) }

    /// A path, quoted as one word of a shell.
    public static func quoted(_ path: String) -> String {
        var word = "'"
        // By scalars: a quotation mark before a combining character is not a character of its own.
        for scalar in path.unicodeScalars { word += scalar == "'" ? "'\\''" : String(scalar) }
        return word + "'"
    }

    /// The parent folders of a path, the top one first. A relative path begins at the working directory.
    static func parents(of path: String) -> [String] {
        var whole = path
        if !path.hasPrefix("/") {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard let folder = getcwd(&buffer, buffer.count) else { return [] }
            whole = "\(String(cString: folder))/\(path)"
        }
        var folders = ["/"]
        var place = ""
        for part in whole.split(separator: "/").dropLast() {
            place += "/\(part)"
            folders.append(place)
        }
        return folders
    }

    static func parent(of path: String) -> String { parents(of: path).last ?? "/" }
}
