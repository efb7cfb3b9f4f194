internal import Glibc
internal import LaunchArchive

/// Removes the entries of an unpacked tree that a container must not leave on the machine: links that lead out of it,
/// devices, pipes and sockets. The owner can read and delete the rest.
struct TreeCleaner {
    let root: String
    /// True if the tree is one unit, so links may lead from one of its entries to another.
    var isOneWhole = false

    /// Cleans the tree. Returns sentences, without a full stop, about at most 20 removed entries.
    func clean() -> [String] {
        var removed: [String] = []
        for name in Disk.names(in: root) { clean([name], &removed) }
        guard removed.count > 20 else { return removed }
        return removed.prefix(20) + ["\(removed.count - 20) more entries were left out"]
    }

    private func clean(_ parts: [String], _ removed: inout [String]) {
        let inside = parts.joined(separator: "/")
        let path = "\(root)/\(inside)"
        guard let status = Disk.linkStatus(path) else { return }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            Disk.chmod(path, (status.st_mode & 0o777) | 0o700)
            for name in Disk.names(in: path) { clean(parts + [name], &removed) }
        case S_IFREG:
            Disk.chmod(path, (status.st_mode & 0o777) | 0o600)
        case S_IFLNK:
            let target = Disk.linkTarget(path)
            // In a tree of several units, the first folder belongs to the path of the unit.
            let depth = parts.count - (isOneWhole ? 1 : 2)
            guard let target, ArchivePath.staysInside(link: target.utf8, depth: depth) else {
                Disk.unlink(path)
                removed.append("the link \(inside) leads out of it and was left out")
                return
            }
        default:
            Disk.unlink(path)
            removed.append("\(inside) is not a file, folder or link and was left out")
        }
    }
}
