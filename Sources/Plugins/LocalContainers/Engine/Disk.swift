package import Glibc
internal import LaunchOwnership
package import LaunchPluginKit

/// System calls on files. Paths may hold raw names. Each function returns what the system call returns, and sets
/// `errno`.
package enum Disk {
    static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
        RawName.withPath(path) { Glibc.open($0, flags, mode) }
    }

    @discardableResult
    package static func unlink(_ path: String) -> Int32 { RawName.withPath(path) { Glibc.unlink($0) } }

    @discardableResult
    package static func rmdir(_ path: String) -> Int32 { RawName.withPath(path) { Glibc.rmdir($0) } }

    package static func mkdir(_ path: String, _ mode: mode_t) -> Int32 {
        RawName.withPath(path) { Glibc.mkdir($0, mode) }
    }

    @discardableResult
    package static func chmod(_ path: String, _ mode: mode_t) -> Int32 {
        RawName.withPath(path) { Glibc.chmod($0, mode) }
    }

    @discardableResult
    package static func symlink(_ target: String, _ path: String) -> Int32 {
        RawName.withPath(target) { target in RawName.withPath(path) { Glibc.symlink(target, $0) } }
    }

    package static func link(_ old: String, _ new: String) -> Int32 {
        RawName.withPath(old) { old in RawName.withPath(new) { Glibc.link(old, $0) } }
    }

    package static func rename(_ old: String, _ new: String) -> Int32 {
        RawName.withPath(old) { old in RawName.withPath(new) { Glibc.rename(old, $0) } }
    }

    package static func access(_ path: String, _ mode: Int32) -> Int32 {
        RawName.withPath(path) { Glibc.access($0, mode) }
    }

    /// The status of the file; follows links. Nil on error, with `errno`.
    package static func status(_ path: String) -> stat? {
        var status = stat()
        return RawName.withPath(path) { stat($0, &status) } == 0 ? status : nil
    }

    /// The status of the link itself. Nil on error, with `errno`.
    package static func linkStatus(_ path: String) -> stat? {
        var status = stat()
        return RawName.withPath(path) { lstat($0, &status) } == 0 ? status : nil
    }

    /// The path with all links resolved, as a raw name. Nil on error, with `errno`.
    package static func realPath(_ path: String) -> String? {
        guard let real = RawName.withPath(path, { Glibc.realpath($0, nil) }) else { return nil }
        defer { free(real) }
        return RawName.text(UnsafeBufferPointer(start: real, count: strlen(real)).map { UInt8(bitPattern: $0) })
    }

    /// The target of a link, as a raw name. Nil if the file is not a link.
    package static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = RawName.withPath(path) { Glibc.readlink($0, &buffer, buffer.count) }
        return count > 0 ? RawName.text(buffer.prefix(count).map { UInt8(bitPattern: $0) }) : nil
    }

    /// The names in a folder, raw and sorted by their bytes. Empty if it is not a folder.
    package static func names(in folder: String) -> [String] {
        guard let open = RawName.withPath(folder, { Glibc.opendir($0) }) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            // The name is a C string in an array of fixed size, which Swift sees as a tuple.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { RawName.text($0.prefix { $0 != 0 }) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Creates a folder and its missing parents. An existing folder is not changed.
    /// - Parameter mode: the exact mode, independent of the umask; nil applies the user's umask to 0o777.
    package static func makeFolders(_ path: String, mode: mode_t? = nil) throws(BackendError) {
        if let status = status(path) {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw FileFault.error("write", path, ENOTDIR) }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolders(String(path[..<slash]), mode: mode)
        }
        guard mkdir(path, mode ?? 0o777) == 0 || errno == EEXIST else { throw FileFault.error("write", path) }
        if let wanted = mode ?? UserMask.mode(0o777).map({ mode_t($0) }) { chmod(path, wanted) }
    }
}
