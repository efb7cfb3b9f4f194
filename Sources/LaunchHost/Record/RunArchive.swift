internal import FoundationEssentials
internal import Glibc

/// A file of runs that were removed from the store: JSON lines, one run a line, with its events.
///
/// It has another name until all of it is on the disk. So a file with its final name is whole, and a power failure does not
/// take it back.
public final class RunArchive {
    /// One line.
    public struct Entry: Sendable, Hashable, Codable {
        /// The run, as `launch status --json` shows it.
        public var run: RunRecord
        /// Its events, oldest first.
        public var events: [EventRecord]
        /// What was kept of a rehearsal.
        public var rehearsal: RehearsalRecord?
    }

    /// The file's path once it is complete.
    public let path: String
    private let partial: String
    private let file: CFile
    private var isComplete = false

    /// Begins the file `runs-<time>.jsonl` in a folder, which is made where it is missing.
    /// - Throws: `LaunchError` where that is not possible.
    public init(in folder: String, at now: Timestamp) throws {
        try Files.makeFolder(folder)
        let time = now.description.replacing("-", with: "").replacing(":", with: "")
        var path = "\(folder)/runs-\(time).jsonl"
        var number = 1
        while access(path, F_OK) == 0 || access("\(path).partial", F_OK) == 0 {
            number += 1
            path = "\(folder)/runs-\(time)-\(number).jsonl"
        }
        self.path = path
        partial = "\(path).partial"
        do {
            file = try CFile(creating: partial)
        } catch {
            throw Self.failure(error)
        }
    }

    deinit {
        if !isComplete { unlink(partial) }
    }

    /// Adds a run.
    /// - Throws: `LaunchError` where the disk does not take it.
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

    /// Ends the file: writes all of it to the disk, and gives it its name.
    /// - Throws: `LaunchError` where the disk does not take it; then the file is not made.
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

    /// The entries of a file, in their order.
    /// - Throws: `LaunchError` where it cannot be read; `DecodingError` where a line is not an entry.
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
    /// Where removed runs are archived.
    public var archive: String { "\(path)/archive" }
}
