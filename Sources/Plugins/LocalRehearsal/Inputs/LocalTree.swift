internal import LaunchLocalContainers
internal import Glibc
internal import LaunchPluginKit

/// The files of a local folder. Nothing in it is changed.
///
/// A link that stays in the folder is followed. A link that leads out of it is not: permission to read the folder is
/// not permission to read other files of this machine.
enum LocalTree {
    /// Every file below `path`, sorted by the paths' UTF-8. If `path` is a file, only that file.
    /// - Throws: `invalid` if an entry cannot be read, or a link leads out of the folder or in a circle.
    static func files(_ path: String) throws(BackendError) -> [InputFile] {
        guard let status = Disk.status(path) else { throw FileFault.error("read", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [try InputFile(RawName.text(of: String(path.split(separator: "/").last ?? "file")), at: path)]
        }
        var walk = Walk(root: try realPath(path))
        try walk.enter(path, "", [Mark(status)])
        return walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The same, without broken links and links that lead out of the folder or in a circle. `lost` has their paths.
    static func found(_ path: String) throws(BackendError) -> (files: [InputFile], lost: [String]) {
        guard let status = Disk.status(path) else { throw FileFault.error("read", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return (try files(path), []) }
        var walk = Walk(root: try realPath(path), leavesLinksOut: true)
        try walk.enter(path, "", [Mark(status)])
        return (walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }, walk.lost)
    }

    /// True if a folder looks as if it was copied from objects: only files and folders with the expected modes,
    /// without links.
    static func isLikeObjects(_ path: String) -> Bool {
        guard let status = Disk.linkStatus(path) else { return false }
        switch (status.st_mode & S_IFMT, status.st_mode & 0o7777) {
        case (S_IFREG, mode_t(InputFile.mode)): return true
        case (S_IFDIR, 0o755): return Disk.names(in: path).allSatisfy { isLikeObjects("\(path)/\($0)") }
        default: return false
        }
    }

    /// False if a folder certainly has no file. It looks no further than the first file or link, and not into what it
    /// cannot read: the run tells that.
    static func mayHaveFiles(_ path: String) -> Bool {
        var folders = [path]
        var looked = 0
        while let folder = folders.popLast() {
            looked += 1
            guard looked <= 10_000, let status = looked == 1 ? Disk.status(folder) : Disk.linkStatus(folder) else {
                return true
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                guard Disk.access(folder, R_OK | X_OK) == 0 else { return true }
                folders += Disk.names(in: folder).map { "\(folder)/\($0)" }
            case S_IFREG, S_IFLNK: return true
            default: break
            }
        }
        return false
    }

    private struct Mark: Equatable {
        let device: UInt
        let inode: UInt
        init(_ status: stat) { (device, inode) = (UInt(status.st_dev), UInt(status.st_ino)) }
    }

    private static func realPath(_ path: String) throws(BackendError) -> String {
        guard let real = Disk.realPath(path) else { throw FileFault.error("read", path) }
        return real
    }

    private struct Walk {
        /// The folder, with its links resolved.
        let root: String
        /// True if links that cannot be followed are omitted; false if they are an error.
        var leavesLinksOut = false
        var files: [InputFile] = []
        var lost: [String] = []

        /// Links to folders can name the same files repeatedly.
        private static let maxFiles = 1_000_000
        private static let maxDepth = 256

        private func isInside(_ path: String) -> Bool { path.hasPrefix(root == "/" ? "/" : "\(root)/") }

        mutating func enter(_ folder: String, _ inside: String, _ above: [Mark]) throws(BackendError) {
            guard above.count <= Self.maxDepth else {
                throw BackendError(.invalid, "\(RawName.shown(root)) has folders more than \(Self.maxDepth) deep.")
            }
            guard Disk.access(folder, R_OK | X_OK) == 0 else { throw FileFault.error("read", folder) }
            for name in Disk.names(in: folder) {
                let local = "\(folder)/\(name)"
                let path = inside.isEmpty ? name : "\(inside)/\(name)"
                guard var status = Disk.linkStatus(local) else {
                    let code = errno
                    try leaveOut(path, FileFault.error("read", local, code))
                    continue
                }
                if status.st_mode & S_IFMT == S_IFLNK {
                    guard try leadsInside(local, path), let target = Disk.status(local) else { continue }
                    status = target
                }
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    let mark = Mark(status)
                    guard !above.contains(mark) else {
                        try leaveOut(
                            path,
                            BackendError(.invalid, "The link \(RawName.shown(local)) leads to a folder above itself."))
                        continue
                    }
                    try enter(local, path, above + [mark])
                case S_IFREG:
                    let file = try InputFile(path, at: local)
                    // A link may have replaced it since the check.
                    guard isInside(file.local) else { continue }
                    guard files.count < Self.maxFiles else {
                        throw BackendError(
                            .invalid,
                            "\(RawName.shown(root)) has more than \(Self.maxFiles) files, which is the limit.",
                            hint: "Pack them into fewer files.")
                    }
                    files.append(file)
                default: break
                }
            }
        }

        /// True if a link leads to an entry in the folder.
        private mutating func leadsInside(_ local: String, _ path: String) throws(BackendError) -> Bool {
            guard let target = Disk.realPath(local) else {
                let code = errno
                try leaveOut(path, FileFault.error("read", local, code))
                return false
            }
            guard target == root || isInside(target) else {
                try leaveOut(
                    path,
                    BackendError(
                        .invalid,
                        "The link \(RawName.shown(local)) leads out of \(RawName.shown(root)), so it is not followed.",
                        hint: "Name a folder that has the files themselves."))
                return false
            }
            return true
        }

        private mutating func leaveOut(_ path: String, _ error: BackendError) throws(BackendError) {
            guard leavesLinksOut else { throw error }
            lost.append(path)
        }
    }
}
