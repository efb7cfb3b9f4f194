internal import LaunchBlobs

/// Reads a snapshot as a blob.
struct SnapshotPacker: Sendable {
    /// What a submitter adds to the store.
    let packed: PackedSource
    private let header: [UInt8]
    private let files: [File]
    private let ranges: [Range<Int64>]
    private let root: SourceRoot

    private struct File: Sendable {
        var path: String
        var bytes: Range<Int64>
    }

    /// Reads all files once, to name the pieces.
    /// - Throws: `.invalid` if there are too many entries, `.unavailable` if the files change.
    init(_ folder: String, work: SourceWork) throws(LaunchError) {
        let scan = try ContextScan(of: folder, ignoring: .none, work: work)
        do {
            header = [UInt8](try JSON.canonicalData(scan.entries.map(PackedSource.Entry.init)))
        } catch {
            throw LaunchError(.internalFault, "the list of the source's files has no JSON form: \(error).")
        }
        guard header.count <= PackedSource.largestHeader else {
            throw LaunchError(
                .invalid, "the source has \(scan.entries.count) files and folders, too many for one list.",
                hint: work.limits.advice)
        }
        var files: [File] = []
        var end = Int64(header.count)
        for entry in scan.entries where entry.kind == .file {
            files.append(File(path: entry.path, bytes: end..<end + entry.size))
            end += entry.size
        }
        root = try SourceRoot(scan.folder)
        ranges =
            PieceLayout(
                header: Int64(header.count), files: files.map { ($0.path, Int64($0.bytes.count)) }
            ).ranges
        self.files = files
        var meter = work.meter(.hash)
        var pieces: [Piece] = []
        for range in ranges {
            pieces.append(Piece(of: try Self.bytes(range, header, files, root)))
            try meter.add(bytes: Int64(range.count))
        }
        packed = PackedSource(format: PackedSource.format, header: header.count, pieces: pieces)
    }

    /// The bytes of the piece at a position.
    func bytes(ofPiece index: Int) throws(LaunchError) -> [UInt8] {
        try Self.bytes(ranges[index], header, files, root)
    }

    private static func bytes(
        _ range: Range<Int64>, _ header: [UInt8], _ files: [File], _ root: SourceRoot
    ) throws(LaunchError) -> [UInt8] {
        let inHeader = range.clamped(to: 0..<Int64(header.count))
        var bytes = Array(header[Int(inHeader.lowerBound)..<Int(inHeader.upperBound)])
        bytes.reserveCapacity(range.count)
        var index = first(of: files, endingAfter: range.lowerBound)
        while index < files.count, files[index].bytes.lowerBound < range.upperBound {
            let file = files[index]
            let wanted = range.clamped(to: file.bytes)
            if !wanted.isEmpty {
                bytes += try content(file.path, at: wanted.lowerBound - file.bytes.lowerBound, wanted.count, root)
            }
            index += 1
        }
        return bytes
    }

    /// The position of the first file with bytes after this one.
    private static func first(of files: [File], endingAfter byte: Int64) -> Int {
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle].bytes.upperBound <= byte { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func content(
        _ path: String, at start: Int64, _ count: Int, _ root: SourceRoot
    ) throws(LaunchError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(FileSystem.Failure) {
            let file = try root.file(path)
            while bytes.count < count {
                let more = try file.bytes(count - bytes.count, at: start + Int64(bytes.count))
                guard !more.isEmpty else { break }
                bytes += more
            }
        } catch {
            throw LaunchError(.unavailable, "'\(path)' of the source cannot be read: \(error.why).")
        }
        guard bytes.count == count else {
            throw LaunchError(
                .unavailable, "'\(path)' of the source has been changed since its snapshot was made.",
                hint: "Submit the source again; that repairs it.")
        }
        return bytes
    }
}
