internal import FoundationEssentials
internal import LaunchBlobs

/// Writes the files of a snapshot from its pieces. What it reads comes from outside: no entry leaves the folder, and
/// nothing is written that the list of pieces did not announce.
struct SnapshotUnpacker {
    private let packed: PackedSource
    private let folder: String
    private let work: SourceWork
    private var next = 0
    private var rest: ArraySlice<UInt8> = []

    /// - Parameter folder: contains the verified pieces, each a file with the name of its digest.
    init(_ packed: PackedSource, piecesIn folder: String, work: SourceWork) {
        (self.packed, self.folder, self.work) = (packed, folder, work)
    }

    /// Writes the entries below an existing empty folder.
    /// - Throws: `.invalid` if the header is not that of a source; `FileSystem.Failure`.
    mutating func unpack(to target: String) throws {
        let entries = try entries()
        var meter = work.meter(.copy)
        for entry in entries {
            let path = "\(target)/\(entry.path)"
            switch entry.kind {
            case .folder:
                // The folder is writable until its content is complete.
                try FileSystem.makeFolder(path, mode: 0o700)
            case .link(let pointee):
                try FileSystem.makeLink(path, to: pointee)
            case .file:
                let file = try FileSystem.File(creating: path)
                var missing = entry.size
                while missing > 0 {
                    let bytes = try take(atMost: Int(clamping: missing))
                    try file.write(bytes)
                    missing -= Int64(bytes.count)
                    try meter.add(bytes: Int64(bytes.count))
                }
                try FileSystem.setMode(path, entry.mode)
            }
            try meter.add(entries: 1)
        }
        for entry in entries.reversed() where entry.kind == .folder {
            try FileSystem.setMode("\(target)/\(entry.path)", entry.mode)
        }
    }

    private mutating func entries() throws -> [ContextEntry] {
        var header: [UInt8] = []
        while header.count < packed.header { header += try take(atMost: packed.header - header.count) }
        guard let listed = try? JSON.decode([PackedSource.Entry].self, from: Data(header)) else { throw Self.damaged }
        return try Self.checked(listed, bytes: packed.total - Int64(packed.header), work.limits)
    }

    /// The entries, if they can be those of a snapshot: sorted, each in a folder of the list, with the announced bytes.
    static func checked(
        _ listed: [PackedSource.Entry], bytes: Int64, _ limits: SourceLimits
    ) throws(LaunchError) -> [ContextEntry] {
        var entries: [ContextEntry] = []
        var folders: Set<Substring> = [""]
        var total: Int64 = 0
        for item in listed {
            guard let entry = item.contextEntry, isPlain(entry.path),
                entries.last.map({ ContextEntry.precedes($0, entry) }) ?? true
            else { throw damaged }
            let parent = entry.path.lastIndex(of: "/").map { entry.path[..<$0] } ?? ""
            guard folders.contains(parent) else { throw damaged }
            if entry.kind == .folder { folders.insert(entry.path[...]) }
            total = total.addingReportingOverflow(entry.size).overflow ? Int64.max : total + entry.size
            entries.append(entry)
        }
        guard total == bytes else { throw damaged }
        try limits.check(entries: entries.count, bytes: total)
        return entries
    }

    private static func isPlain(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.utf8.contains(0) && path.utf8.count <= 4096 && parts.count <= SourceLimits.depth + 1
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    private static let damaged = LaunchError(
        .invalid, "the list of the source's files is damaged.", hint: "Submit the source again.")

    /// The next bytes: some, and at most this many.
    private mutating func take(atMost count: Int) throws -> ArraySlice<UInt8> {
        if rest.isEmpty {
            guard next < packed.pieces.count else { throw Self.damaged }
            rest = try FileSystem.File(reading: "\(folder)/\(packed.pieces[next].digest)").bytes(limit: Piece.largest)[
                ...]
            guard rest.count == packed.pieces[next].size else { throw Self.damaged }
            next += 1
        }
        let bytes = rest.prefix(count)
        rest = rest.dropFirst(bytes.count)
        return bytes
    }
}
