internal import FoundationEssentials
internal import Glibc

/// The log of a run, which the program keeps after the backend deletes it: one file with one line for each line of the
/// log.
///
/// Each line is an ``ArchivedLine``. The file is written under another name and renamed when it is complete, so an
/// existing archive is complete.
public struct LogArchive: Sendable {
    /// The file.
    public let path: String

    /// Creates an archive at the path. The file may not exist yet.
    public init(path: String) {
        self.path = path
    }

    /// Whether the archive exists and is therefore complete.
    public var exists: Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// The size of the archive in bytes; nil if it does not exist.
    var size: Int64? {
        var information = stat()
        return stat(path, &information) == 0 ? Int64(information.st_size) : nil
    }

    /// Writes `log` up to a limit. If the log is longer, a last line says so. The rest of an interrupted earlier
    /// attempt is replaced.
    /// - Parameters:
    ///   - limit: the maximum size of the archive in bytes.
    ///   - reserve: the space that stays free on the disk.
    /// - Returns: why the archive is not the whole log; nil if it is.
    /// - Throws: `BackendError`: the error of the stream, or `.internalFault` if the file cannot be written. In this
    ///   case the incomplete file is removed, because it may be what fills the disk.
    @discardableResult
    package func write(
        _ log: LogStream, limit: Int64 = .max, reserve: DiskReserve = .standard
    ) async throws(BackendError) -> String? {
        let cut: String?
        let partial = path + ".partial"
        do throws(BackendError) {
            cut = try await Self.copy(log, to: CFile(creating: partial), partial, limit, reserve)
        } catch {
            unlink(partial)
            throw error
        }
        do {
            try FileManager.default.moveItem(atPath: partial, toPath: path)
        } catch {
            throw BackendError(.internalFault, "The log could not be kept at \(path): \(error).")
        }
        return cut
    }

    private static func copy(
        _ log: LogStream, to file: CFile, _ path: String, _ limit: Int64, _ reserve: DiskReserve
    ) async throws(BackendError) -> String? {
        var written: Int64 = 0
        var cut: String?
        var isNewLine = true
        batches: for try await batch in log {
            var bytes: [UInt8] = []
            for line in batch {
                let count = bytes.count
                ArchivedLine.append(line, to: &bytes)
                guard written + Int64(bytes.count) <= limit else {
                    bytes.removeLast(bytes.count - count)
                    cut =
                        "The log is longer than \(ByteCount.text(limit)), the 'log_size_limit'; the rest was not kept."
                    break
                }
                isNewLine = !line.continues
            }
            if cut == nil, !bytes.isEmpty, room(for: bytes.count, path, reserve) == false {
                cut = "The disk has too little space for the whole log; the rest was not kept."
                bytes = []
            }
            try file.write(bytes)
            written += Int64(bytes.count)
            if let cut {
                var last: [UInt8] = []
                if !isNewLine { ArchivedLine.append(LogLine(text: "", cursor: LogCursor(rawValue: "")), to: &last) }
                ArchivedLine.append(LogLine(text: "launch: \(cut)", cursor: LogCursor(rawValue: "")), to: &last)
                try file.write(last)
                break batches
            }
        }
        try file.close()
        return cut
    }

    /// Whether the disk has space for this number of bytes in addition to the reserve.
    private static func room(for bytes: Int, _ path: String, _ reserve: DiskReserve) -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return reserve.room(on: folder).map { $0 >= Int64(bytes) } ?? true
    }

    /// The lines of the archive after `cursor`, which counts lines from 0.
    public func read(from cursor: LogCursor? = nil) -> LogStream {
        let path = path
        let skip = cursor.flatMap { Int($0.rawValue) } ?? 0
        return LogStream {
            let reader = ArchiveReader(path: path, skip: skip)
            return { () async throws(BackendError) -> [LogLine]? in try await reader.next() }
        }
    }
}

/// Reads an archive in batches.
private actor ArchiveReader {
    private let path: String
    private let skip: Int
    private var file: CFile?
    private var number = 0

    init(path: String, skip: Int) {
        self.path = path
        self.skip = skip
    }

    func next() throws(BackendError) -> [LogLine]? {
        let file: CFile
        if let open = self.file {
            file = open
        } else {
            file = try CFile(reading: path)
            self.file = file
        }
        var batch: [LogLine] = []
        while batch.count < 512, let text = try file.readLine() {
            number += 1
            if number > skip { batch.append(ArchivedLine.parse(text, number: number)) }
        }
        return batch.isEmpty ? nil : batch
    }
}
