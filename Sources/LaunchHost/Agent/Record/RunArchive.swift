internal import FoundationEssentials
internal import Glibc

/// A file with runs that were removed from the store: one JSON object per line, for one run with its events.
///
/// It has a temporary name until all of it is on the disk. So a file with its final name is complete, even after a
/// power failure.
public final class RunArchive {
    /// One line of the file.
    public struct Entry: Sendable, Hashable, Codable {
        /// The run, as `launch status --json` shows it.
        public var run: RunRecord
        /// Its events, oldest first.
        public var events: [EventRecord]
        /// The record of a rehearsal.
        public var rehearsal: RehearsalRecord?
    }

    /// The path of the complete file.
    public let path: String
    private let partial: String
    private let file: CFile
    private var isComplete = false

    /// Creates the file `runs-<time>.jsonl` in a folder. A missing folder is created.
    /// - Throws: `LaunchError` if that is not possible.
    public init(in folder: String, at now: Timestamp) throws {
        try Files.makeFolder(folder)
        let time = now.description.replacing("-", with: "").replacing(":", with: "")
        var number = 1
        while true {
            let path = "\(folder)/runs-\(time)\(number == 1 ? "" : "-\(number)").jsonl"
            if let file = try Self.claim(path) {
                self.path = path
                partial = "\(path).partial"
                self.file = file
                return
            }
            number += 1
        }
    }

    /// The temporary file of an archive; nil if the name is in use. Only the program that created the temporary file
    /// creates the final one, so two programs never write to one archive.
    private static func claim(_ path: String) throws -> CFile? {
        let partial = "\(path).partial"
        guard access(path, F_OK) != 0, access(partial, F_OK) != 0 else { return nil }
        let file: CFile
        do {
            file = try CFile(creating: partial, isNew: true)
        } catch {
            if access(partial, F_OK) == 0 { return nil }
            throw failure(error)
        }
        // Another program may have completed this archive since the first look.
        guard access(path, F_OK) != 0 else {
            unlink(partial)
            return nil
        }
        return file
    }

    deinit {
        if !isComplete { unlink(partial) }
    }

    /// Adds a run.
    /// - Throws: `LaunchError` if the run cannot be written to the disk.
    public func append(_ entry: Entry) throws {
        do throws(BackendError) {
            let line: Data
            do { line = try JSON.canonicalData(entry) } catch {
                throw BackendError(.internalFault, "The run '\(entry.run.id)' has no JSON form: \(error).")
            }
            try file.write([UInt8](line) + [UInt8(ascii: "\n")])
        } catch {
            throw Self.failure(error)
        }
    }

    /// Completes the file: writes all of it to the disk, and gives it its final name.
    /// - Throws: `LaunchError` if it cannot be written to the disk. The file does not exist then.
    public func complete() throws {
        do throws(BackendError) {
            try file.synchronize()
            try file.close()
        } catch {
            throw Self.failure(error)
        }
        guard rename(partial, path) == 0 else { throw Self.failure("\(path) could not be made: \(Files.reason()).") }
        isComplete = true
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw Self.failure("\(folder) could not be opened: \(Files.reason()).") }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw Self.failure("\(folder) could not be written: \(Files.reason()).") }
    }

    /// The entries of a file, in order.
    /// - Throws: `LaunchError` if it cannot be read; `DecodingError` if a line is not an entry.
    public static func entries(of path: String) throws -> [Entry] {
        let file = try CFile(reading: path)
        var entries: [Entry] = []
        while let line = try file.readLine() {
            entries.append(try JSON.decode(Entry.self, from: Data(line.utf8)))
        }
        return entries
    }

    private static func failure(_ error: BackendError) -> LaunchError { failure(error.message) }

    private static func failure(_ message: String) -> LaunchError {
        LaunchError(
            .tryAgain, "The archive cannot be written, so no run was removed. \(message)",
            hint: "Free some space, or name another folder with --archive.")
    }
}

extension LaunchHome {
    /// The folder for archives of removed runs.
    package var archive: String { "\(path)/archive" }
}
