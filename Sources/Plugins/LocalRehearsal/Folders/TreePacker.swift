internal import LaunchLocalContainers
internal import Glibc
internal import LaunchArchive
internal import LaunchPluginKit

/// Packs the content of a folder into one gzipped tar file. The members belong to user and group 0, and are sorted by
/// name.
struct TreePacker {
    private static let chunkBytes = 256 << 10

    private let root: String
    private let budget: WriteBudget
    private let sink: FileSink
    private let writer: ArchiveWriter
    /// The first name of each file that has several.
    private var names: [FileID: [UInt8]] = [:]

    private struct FileID: Hashable {
        var device: UInt64
        var number: UInt64
    }

    /// Writes the file. It stays incomplete on an error, and the caller removes it.
    /// - Parameter budget: the limit for the packed bytes.
    /// - Throws: what the budget throws; `internalFault` if the archive cannot be written.
    static func pack(_ root: String, into file: String, budget: WriteBudget) async throws(BackendError) {
        do {
            var packer = try TreePacker(root, into: file, budget: budget)
            try await packer.add([])
            try packer.writer.finish()
            try packer.flush()
        } catch let error as BackendError {
            throw error
        } catch {
            throw BackendError(.internalFault, "\(file) cannot be packed: \(error).")
        }
    }

    private init(_ root: String, into file: String, budget: WriteBudget) throws {
        self.root = Disk.realPath(root) ?? root
        self.budget = budget
        sink = try FileSink(file, mode: 0o666)
        writer = try ArchiveWriter(isCompressed: true)
    }

    /// Adds everything below a folder.
    private mutating func add(_ folder: [String]) async throws {
        for name in Disk.names(in: ([root] + folder).joined(separator: "/")) {
            let parts = folder + [name]
            let path = parts.joined(separator: "/")
            guard let status = Disk.linkStatus("\(root)/\(path)") else { throw FileFault.error("read", path) }
            var entry = ArchiveEntry(
                path: RawName.bytes(path), kind: .file, mode: UInt16(status.st_mode & 0o7777),
                modified: Int64(status.st_mtim.tv_sec))
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                entry.kind = .folder
                try writer.add(entry)
                try await add(parts)
            case S_IFLNK:
                entry.kind = .link(RawName.bytes(Disk.linkTarget("\(root)/\(path)") ?? ""))
                try writer.add(entry)
            case S_IFREG: try await addFile(entry, "\(root)/\(path)", status)
            // The tree was cleaned of these.
            default: break
            }
        }
    }

    private mutating func addFile(_ file: ArchiveEntry, _ place: String, _ status: stat) async throws {
        var entry = file
        if status.st_nlink > 1 {
            let id = FileID(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
            if let first = names[id] {
                entry.kind = .hardLink(first)
                return try writer.add(entry)
            }
            names[id] = entry.path
        }
        entry.size = Int64(status.st_size)
        try writer.add(entry)
        let reader = try FileReader(place)
        var left = entry.size
        while left > 0 {
            let bytes = try reader.read(Int(min(left, Int64(Self.chunkBytes))))
            guard !bytes.isEmpty else {
                throw BackendError(.conflict, "\(RawName.shown(place)) became shorter while it was read.")
            }
            try writer.write(bytes[...])
            try flush()
            left -= Int64(bytes.count)
            // Compression is slow, and other tasks need the thread too.
            await Task.yield()
        }
    }

    /// Moves the archive's bytes so far to the file.
    private func flush() throws(BackendError) {
        let bytes = writer.take()
        try budget.take(Int64(bytes.count))
        try sink.write(bytes[...])
    }
}
