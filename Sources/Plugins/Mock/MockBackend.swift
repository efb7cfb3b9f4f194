internal import FoundationEssentials
internal import Glibc
internal import LaunchPluginKit

/// The mock's state: one small file per run, in a folder that outlives the program, so recovery after a crash is
/// real. The behaviour of a run depends only on its file and the clock; it has no process.
struct MockBackend: Sendable {
    /// The stored state of one run.
    struct Run: Codable, Sendable, Hashable {
        var request: JSONValue
        var startedAt: Date
        var stoppedAt: Date?
        var graceSeconds: Double?
    }

    let folder: String

    func run(_ id: RunID) throws(BackendError) -> Run? {
        guard let data = FileManager.default.contents(atPath: path(id)) else { return nil }
        do {
            return try JSONDecoder().decode(Run.self, from: data)
        } catch {
            throw BackendError(.internalFault, "The mock's file \(path(id)) is damaged: \(error).")
        }
    }

    /// Stores a new run, or returns the existing one. The first process that links the file wins.
    func add(_ run: Run, as id: RunID) throws(BackendError) -> Run {
        let draft = try write(run, as: id)
        defer { unlink(draft) }
        if link(draft, path(id)) == 0 { return run }
        guard errno == EEXIST, let there = try self.run(id) else {
            throw BackendError(.internalFault, "The mock cannot keep \(path(id)): \(String(cString: strerror(errno))).")
        }
        return there
    }

    func replace(_ run: Run, as id: RunID) throws(BackendError) {
        let draft = try write(run, as: id)
        guard rename(draft, path(id)) == 0 else {
            throw BackendError(.internalFault, "The mock cannot keep \(path(id)): \(String(cString: strerror(errno))).")
        }
    }

    func remove(_ id: RunID) {
        unlink(path(id))
        unlink(attempts(id))
    }

    /// Counts the submit calls for the run, in all processes.
    func countAttempt(_ id: RunID) throws(BackendError) -> Int {
        try makeFolder()
        let file = open(attempts(id), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw BackendError(.internalFault, "The mock cannot write \(attempts(id)).")
        }
        defer { close(file) }
        // Appending is atomic, and the offset after the byte is the number of this call.
        _ = Glibc.write(file, "x", 1)
        return Int(lseek(file, 0, SEEK_CUR))
    }

    private func write(_ run: Run, as id: RunID) throws(BackendError) -> String {
        try makeFolder()
        let draft = "\(path(id)).\(UUID().uuidString)"
        do {
            try JSONEncoder().encode(run).write(to: URL(filePath: draft))
        } catch {
            throw BackendError(.internalFault, "The mock cannot write \(draft): \(error).")
        }
        return draft
    }

    private func makeFolder() throws(BackendError) { try MockFolder.make(folder) }

    private func path(_ id: RunID) -> String { "\(folder)/\(id).json" }
    private func attempts(_ id: RunID) -> String { "\(folder)/\(id).attempts" }
}
