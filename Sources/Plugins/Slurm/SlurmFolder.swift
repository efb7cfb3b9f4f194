internal import Foundation
internal import LaunchFiles
internal import LaunchOwnership
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The folder of one run, which this machine and the nodes share. `SlurmScript` names the files that the job writes.
///
/// The job can replace each of the files. They are read without links and only if they are regular files, so a pipe or a
/// device does not block the agent.
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

    /// When the run was first submitted.
    var submittedAt: Date? { modified("request") }

    /// The job that executes the run, since it has started.
    var job: String? {
        let text = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/job")
        return text.flatMap { SlurmJob.isID($0) ? $0 : nil }
    }

    var record: Record? {
        guard let bytes = try? content(of: "exit", limit: 64), let time = modified("exit") else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let code = words.first.flatMap({ Int($0) }), (0...255).contains(code) else { return nil }
        return Record(code: code, isStopped: words.count > 1, time: time)
    }

    private var parent: String { URL(filePath: path).deletingLastPathComponent().path }
    private var name: String { URL(filePath: path).lastPathComponent }

    private func content(of file: String, limit: Int) throws(FileSystem.Failure) -> [UInt8] {
        try SourceRoot(opening: parent).bytes(of: "\(name)/\(file)", limit: limit, links: .refused)
    }

    private func modified(_ file: String) -> Date? {
        (try? FileSystem.modified("\(path)/\(file)")).map {
            Date(reportedSeconds: $0) ?? Date(timeIntervalSince1970: 0)
        }
    }

    // MARK: submit and stop

    /// A submit asks Slurm up to three times, and each command has a time limit of its own.
    private static let longestSubmit = Duration.seconds(600)

    /// One submit of the run at a time, in all programs of all machines that share the folder and its locks.
    func lock() async throws(BackendError) -> FileLock {
        try make()
        do {
            if let lock = try await FileLock.file("\(path)/submit", within: Self.longestSubmit) { return lock }
        } catch let error as FileFailure {
            throw BackendError(.internalFault, "\(error).")
        } catch {
            throw BackendError(.cancelled, "The submit was cancelled.")
        }
        throw BackendError(
            .unavailable, "Another process has submitted the run for \(Self.longestSubmit), and has not finished.",
            hint: "It holds the lock \(path)/submit.")
    }

    /// Stores the request before the submit. False if an earlier submit has stored it.
    /// - Throws: `.conflict` if that was another request.
    func keep(_ document: JSONValue) throws(BackendError) -> Bool {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try JSON.canonicalData(document))
        } catch {
            throw BackendError(.internalFault, "The request cannot be written: \(error).")
        }
        switch Result(catching: { () throws(FileSystem.Failure) in
            try content(of: "request", limit: max(1 << 20, bytes.count))
        }) {
        case .success(bytes): return false
        case .success: break
        case .failure(let failure):
            guard failure.isMissing else {
                throw BackendError(.conflict, "\(path)/request is not that of this run: \(failure.why).")
            }
            do {
                try AtomicFile.replace("\(path)/request", with: bytes)
                return true
            } catch {
                throw BackendError(.internalFault, "The request cannot be stored in \(path): \(error).")
            }
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

    /// Copies what the run wrote. An existing copy is complete. What exceeds the limit is not kept.
    /// - Returns: the copy, or nil if there is nothing, and warnings.
    func keepOutput(in folder: String, limit: Int64) async throws(BackendError) -> (path: String?, warnings: [String]) {
        let (kept, draft) = ("\(folder)/output", "\(folder)/output.partial")
        if FileManager.default.fileExists(atPath: kept) { return (kept, []) }
        do throws(BackendError) {
            let notes = try await copyOutput(to: draft, in: folder, limit)
            guard let notes else { return (nil, []) }
            try Self.explained { () throws(FileSystem.Failure) in try FileSystem.move(draft, to: kept) }
            return (kept, notes)
        } catch {
            try? FileSystem.remove(draft)
            if error.category == .cancelled { throw error }
            return (nil, ["The output was not kept. \(error.description)"])
        }
    }

    /// The notes about what was left out; nil if the run wrote nothing.
    private func copyOutput(to draft: String, in folder: String, _ limit: Int64) async throws(BackendError) -> [String]?
    {
        let root = try Self.explained { () throws(FileSystem.Failure) in
            try FileSystem.remove(draft)
            return try SourceRoot(opening: parent)
        }
        var copy = OutputCopy(
            of: "\(name)/output", in: root, to: draft,
            budget: WriteBudget("The output", limit: limit, key: SlurmPlugin.outputKey, folder: folder))
        return try await copy.write() ? copy.notes : nil
    }

    func remove() throws(BackendError) {
        try Self.explained { () throws(FileSystem.Failure) in try FileSystem.remove(path) }
    }

    private static func explained<Value>(
        _ work: () throws(FileSystem.Failure) -> Value
    ) throws(BackendError) -> Value {
        do throws(FileSystem.Failure) {
            return try work()
        } catch {
            throw BackendError(.internalFault, "\(error.path) cannot be read, written or removed: \(error.why).")
        }
    }

    /// Makes the folder, if no other user owns or can replace it.
    private func make() throws(BackendError) {
        try Self.check(parent)
        try make(path)
    }

    /// Checks that no other user owns or can replace the folder of all runs of a home.
    static func check(_ folder: String) throws(BackendError) {
        do throws(OwnershipProblem) {
            try Ownership.check(folder)
        } catch {
            throw BackendError(.configuration, error.description, hint: error.remedy)
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
