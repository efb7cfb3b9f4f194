internal import Glibc
internal import LaunchHost

/// The files of a local folder, found and never touched.
enum LocalTree {
    /// Every file below `path` in order of the paths' UTF-8, links followed; `path` itself where it is a file.
    /// - Throws: `invalid` where something cannot be read, or a link leads in a circle.
    static func files(_ path: String) throws(BackendError) -> [InputFile] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFault.error("read", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [try InputFile(String(path.split(separator: "/").last ?? "file"), at: path)]
        }
        var found: [InputFile] = []
        try walk(path, "", [Mark(status)], &found)
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Whether a folder has a link anywhere, which would lead elsewhere from inside a container.
    static func hasLinks(_ path: String) -> Bool {
        for name in TreeCleaner.entries(path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFLNK { return true }
            if status.st_mode & S_IFMT == S_IFDIR, hasLinks("\(path)/\(name)") { return true }
        }
        return false
    }

    private struct Mark: Equatable {
        let device: UInt
        let inode: UInt
        init(_ status: stat) { (device, inode) = (UInt(status.st_dev), UInt(status.st_ino)) }
    }

    private static func walk(
        _ folder: String, _ inside: String, _ above: [Mark], _ found: inout [InputFile]
    ) throws(BackendError) {
        guard access(folder, R_OK | X_OK) == 0 else { throw FileFault.error("read", folder) }
        for name in TreeCleaner.entries(folder) {
            let local = "\(folder)/\(name)"
            let path = inside.isEmpty ? name : "\(inside)/\(name)"
            var status = stat()
            guard stat(local, &status) == 0 else { throw FileFault.error("read", local) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                let mark = Mark(status)
                guard !above.contains(mark) else {
                    throw BackendError(.invalid, "The link \(local) leads to a folder above itself.")
                }
                try walk(local, path, above + [mark], &found)
            case S_IFREG: found.append(try InputFile(path, at: local))
            default: break
            }
        }
    }
}
