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
        var walk = Walk()
        try walk.enter(path, "", [Mark(status)])
        return walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The same, without links that lead nowhere or in a circle; `lost` has their paths.
    static func found(_ path: String) throws(BackendError) -> (files: [InputFile], lost: [String]) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFault.error("read", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return (try files(path), []) }
        var walk = Walk(leavesLinksOut: true)
        try walk.enter(path, "", [Mark(status)])
        return (walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }, walk.lost)
    }

    /// Whether a folder looks as if it came from objects: files and folders with their modes, no links and nothing else.
    static func isLikeObjects(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        switch (status.st_mode & S_IFMT, status.st_mode & 0o7777) {
        case (S_IFREG, mode_t(InputFile.mode)): return true
        case (S_IFDIR, 0o755): return TreeCleaner.entries(path).allSatisfy { isLikeObjects("\(path)/\($0)") }
        default: return false
        }
    }

    private struct Mark: Equatable {
        let device: UInt
        let inode: UInt
        init(_ status: stat) { (device, inode) = (UInt(status.st_dev), UInt(status.st_ino)) }
    }

    private struct Walk {
        /// Whether a link that leads nowhere is no error.
        var leavesLinksOut = false
        var files: [InputFile] = []
        var lost: [String] = []

        mutating func enter(_ folder: String, _ inside: String, _ above: [Mark]) throws(BackendError) {
            guard access(folder, R_OK | X_OK) == 0 else { throw FileFault.error("read", folder) }
            for name in TreeCleaner.entries(folder) {
                let local = "\(folder)/\(name)"
                let path = inside.isEmpty ? name : "\(inside)/\(name)"
                var status = stat()
                guard stat(local, &status) == 0 else {
                    let code = errno
                    try leaveOut(path, FileFault.error("read", local, code))
                    continue
                }
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    let mark = Mark(status)
                    guard !above.contains(mark) else {
                        try leaveOut(
                            path, BackendError(.invalid, "The link \(local) leads to a folder above itself."))
                        continue
                    }
                    try enter(local, path, above + [mark])
                case S_IFREG: files.append(try InputFile(path, at: local))
                default: break
                }
            }
        }

        private mutating func leaveOut(_ path: String, _ error: BackendError) throws(BackendError) {
            guard leavesLinksOut else { throw error }
            lost.append(path)
        }
    }
}
