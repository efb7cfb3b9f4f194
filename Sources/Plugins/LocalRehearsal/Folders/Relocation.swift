internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchOwnership
internal import LaunchPluginKit

/// Moves a result to its destination, also to another disk. If the task is cancelled, nothing remains at the
/// destination.
enum Relocation {
    /// - Throws: `invalid` if the destination cannot be written, `cancelled` if the task is cancelled.
    static func move(_ made: String, to place: String, budget: WriteBudget) throws(BackendError) {
        if rename(made, place) == 0 { return }
        guard errno == EXDEV else { throw FileFault.error("write", place) }
        let partial = "\(place).launch-\(UInt64.random(in: .min ... .max))"
        do throws(BackendError) {
            try copy(made, to: partial, budget)
            guard rename(partial, place) == 0 else { throw FileFault.error("write", place) }
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
        try? FileManager.default.removeItem(atPath: made)
    }

    private static func copy(_ source: String, to target: String, _ budget: WriteBudget) throws(BackendError) {
        guard let status = Disk.linkStatus(source) else { throw FileFault.error("read", source) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            try budget.announce(0)
            guard Disk.mkdir(target, status.st_mode & 0o777 | 0o700) == 0 else {
                throw FileFault.error("write", target)
            }
            if let mode = UserMask.mode(UInt32(status.st_mode & 0o777 | 0o700)) { Disk.chmod(target, mode_t(mode)) }
            for name in Disk.names(in: source) { try copy("\(source)/\(name)", to: "\(target)/\(name)", budget) }
        case S_IFREG:
            try budget.announce(Int64(status.st_size))
            let file = try InputFile("", at: source)
            let reader = try FileReader(file.local)
            let sink = try FileSink(target, mode: UInt16(status.st_mode & 0o777))
            while case let bytes = try reader.read(1 << 20), !bytes.isEmpty {
                try budget.take(Int64(bytes.count))
                try sink.write(bytes[...])
            }
            sink.date(file.modified)
        case S_IFLNK:
            guard let leads = Disk.linkTarget(source), Disk.symlink(leads, target) == 0 else {
                throw FileFault.error("write", target)
            }
        default: break
        }
    }
}
