internal import Foundation
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The folder of one run, which this machine and the nodes share. `SlurmScript` names the files that the job writes.
struct SlurmFolder: Sendable {
    /// How the job ended, as its script recorded it.
    struct Record: Sendable {
        var code: Int
        var isStopped: Bool
        var time: Date
    }

    /// The beginning of the names of all jobs.
    static let prefix = "launch-"

    let path: String

    /// - Parameter root: the folder of a home. Its last part is the home's identity.
    init(root: String, runID: RunID) {
        path = "\(root)/\(runID)"
    }

    init(path: String) {
        self.path = path
    }

    /// The name of the run's job in Slurm: with the run ID and the identity of the home.
    static func name(_ runID: RunID, home: String) -> String { "\(prefix)\(runID)-\(home)" }

    /// The run of a job of this home.
    static func run(of name: String, home: String) -> RunID? {
        guard name.hasPrefix(prefix), name.hasSuffix("-\(home)") else { return nil }
        return RunID(rawValue: String(name.dropFirst(prefix.count).dropLast(home.count + 1)))
    }

    var log: String { "\(path)/log" }
    private var request: String { "\(path)/request" }

    /// When the run was first submitted.
    var submittedAt: Date? { modified(request) }

    /// The job that executes the run, since it has started.
    var job: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/job") }

    var record: Record? {
        let file = "\(path)/exit"
        let words = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }?
            .split(whereSeparator: \.isWhitespace)
        guard let words, let code = words.first.flatMap({ Int($0) }), let time = modified(file) else { return nil }
        return Record(code: code, isStopped: words.count > 1, time: time)
    }

    private func modified(_ file: String) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    }

    // MARK: submit and stop

    /// One submit of the run at a time, in all programs of all machines that share the folder and its locks.
    func lock() async throws(BackendError) -> FileLock {
        try make(path)
        do {
            while true {
                if let lock = try FileLock.file("\(path)/submit") { return lock }
                try await Task.sleep(for: .milliseconds(20))
            }
        } catch let error as FileFailure {
            throw BackendError(.internalFault, "\(error).")
        } catch {
            throw BackendError(.cancelled, "The submit was cancelled.")
        }
    }

    /// Stores the request before the submit. False if an earlier submit has stored it.
    /// - Throws: `.conflict` if that was another request.
    func keep(_ document: JSONValue) throws(BackendError) -> Bool {
        do {
            let bytes = try JSON.canonicalData(document)
            guard let old = FileManager.default.contents(atPath: request) else {
                try AtomicFile.replace(request, with: bytes)
                return true
            }
            if old == bytes { return false }
        } catch {
            throw BackendError(.internalFault, "The request cannot be stored in \(path): \(error).")
        }
        throw BackendError(.conflict, "\(path) is another run with the same ID.")
    }

    func orderStop(grace: Duration) throws(BackendError) {
        do {
            try AtomicFile.replace("\(path)/grace", with: Array("\(max(0, grace / .seconds(1)))\n".utf8))
        } catch {
            throw BackendError(.internalFault, "The stop cannot be ordered: \(error).")
        }
    }

    // MARK: the end

    /// Copies what the run wrote. An existing copy is complete.
    func keepOutput(in folder: String) throws(BackendError) -> Bool {
        let (kept, draft) = ("\(folder)/output", "\(folder)/output.partial")
        let files = FileManager.default
        do {
            if files.fileExists(atPath: kept) { return true }
            guard let found = try? files.contentsOfDirectory(atPath: "\(path)/output"), !found.isEmpty else {
                return false
            }
            if files.fileExists(atPath: draft) { try files.removeItem(atPath: draft) }
            try files.copyItem(atPath: "\(path)/output", toPath: draft)
            try files.moveItem(atPath: draft, toPath: kept)
            return true
        } catch {
            throw BackendError(.internalFault, "What the run wrote cannot be kept at \(kept): \(error).")
        }
    }

    func remove() throws(BackendError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw BackendError(.internalFault, "\(path) cannot be removed: \(error).")
        }
    }

    private func make(_ folder: String) throws(BackendError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackendError(
                .configuration, "The folder \(folder) cannot be made: \(error).",
                hint: "Set 'folder' of the runner to a folder that this user can write to.")
        }
    }
}
