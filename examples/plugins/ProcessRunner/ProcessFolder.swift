internal import Foundation
internal import Glibc
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The folder of one run, and the state that its files describe:
///
///     request   what was submitted             alive   a lock that is held while the run is live
///     pid       the holder of the lock, from   grace   the seconds between SIGTERM and SIGKILL
///               when it handles signals
///     work/     the working directory          log     what the job printed
///     exit      how it ended: code, and whether it was stopped
struct ProcessFolder: Sendable {
    enum File: String {
        case request, alive, pid, grace, log, exit
    }

    let parent: String
    let runID: RunID
    let path: String

    init(parent: String, runID: RunID) {
        self.parent = parent
        self.runID = runID
        path = "\(parent)/\(runID)"
    }

    func has(_ file: File) -> Bool { access(self[file], F_OK) == 0 }

    func date(of file: File) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: self[file])[.modificationDate] as? Date
    }

    /// Whether there is a process, or was one.
    var hasBegun: Bool { isAlive || has(.pid) || has(.exit) }

    /// The kernel releases the lock when its holder ends.
    var isAlive: Bool {
        let file = open(self[.alive], O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    // MARK: beginning

    /// Starts the process, unless that was done before.
    func start(_ document: JSONValue, searchPath: String) async throws(BackendError) {
        try make("\(path)/work")
        // One start at a time, in all programs. The section is short and takes no other lock.
        let gate = try await gate()
        defer { withExtendedLifetime(gate) {} }
        if hasBegun {
            guard try request() == document else {
                throw BackendError(.conflict, "\(path) is another run with the same ID.")
            }
            return
        }
        do {
            try JSON.canonicalData(document).write(to: URL(filePath: self[.request]), options: .atomic)
        } catch {
            throw BackendError(.internalFault, "\(self[.request]) cannot be written: \(error).")
        }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let command = document["command"]?.arrayValue?.compactMap(\.stringValue) ?? []
        process.arguments = ["-c", ProcessScript.text, "launch-run", path] + command
        // The job does not get the agent's variables, because they may contain credentials.
        process.environment = (document["environment"]?.objectValue?.compactMapValues(\.stringValue) ?? [:])
            .merging(["PATH": searchPath]) { given, _ in given }
        let lock = FileHandle(fileDescriptor: try locked(self[.alive]), closeOnDealloc: true)
        // Only the child keeps the lock. If this program kept it too, an ended run would look live.
        defer { try? lock.close() }
        process.standardInput = lock
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try Self.run(process)
    }

    /// Starts a process without the blocked signals of this thread.
    private static func run(_ process: Process) throws(BackendError) {
        // The threads of Swift's pool block most signals, and a child inherits that: the job would ignore SIGTERM, and
        // its shell would wait without end.
        var (none, blocked) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        do {
            try process.run()
        } catch {
            throw BackendError(.internalFault, "No process can be started: \(error).")
        }
    }

    // MARK: ending

    /// Records the stop and signals the process. A process without a `pid` file checks for a stop by itself.
    func stop(graceSeconds: Double) throws(BackendError) {
        guard isAlive else { return }
        do {
            try Data("\(max(0, graceSeconds))\n".utf8).write(to: URL(filePath: self[.grace]), options: .atomic)
        } catch {
            throw BackendError(.internalFault, "\(self[.grace]) cannot be written: \(error).")
        }
        if let pid = words(of: .pid).first.flatMap({ pid_t($0) }), isAlive { kill(pid, SIGTERM) }
    }

    /// How the process ended. Call it only when the process is not alive.
    func ending() -> (Observation.Phase, Cause) {
        let words = words(of: .exit)
        guard let code = words.first.flatMap({ Int($0) }) else {
            return (.failed, Cause(.lost, "The process ended without a word: killed, or the machine was restarted."))
        }
        if words.count > 1 { return (.stopped, Cause(.userStop, "It was stopped.", exitCode: code)) }
        return (code == 0 ? .succeeded : .failed, Cause(.exit, "It ended with exit code \(code).", exitCode: code))
    }

    /// Copies the job's working directory. An existing copy is complete.
    func keepWork(in folder: String) throws(BackendError) -> Outcome {
        let (kept, draft) = ("\(folder)/work", "\(folder)/work.partial")
        let files = FileManager.default
        do {
            if !files.fileExists(atPath: kept), try !files.contentsOfDirectory(atPath: "\(path)/work").isEmpty {
                if files.fileExists(atPath: draft) { try files.removeItem(atPath: draft) }
                try files.copyItem(atPath: "\(path)/work", toPath: draft)
                try files.moveItem(atPath: draft, toPath: kept)
            }
        } catch {
            throw BackendError(.internalFault, "What the run wrote cannot be kept at \(kept): \(error).")
        }
        return Outcome(outputs: files.fileExists(atPath: kept) ? [Outcome.Output(name: "work", path: kept)] : [])
    }

    func remove() throws(BackendError) {
        guard access(path, F_OK) == 0, !isAlive else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw BackendError(.internalFault, "\(path) cannot be removed: \(error).")
        }
    }

    // MARK: files

    subscript(_ file: File) -> String { "\(path)/\(file.rawValue)" }

    func request() throws(BackendError) -> JSONValue {
        do {
            return try JSON.decode(JSONValue.self, from: Data(contentsOf: URL(filePath: self[.request])))
        } catch {
            throw BackendError(.internalFault, "\(self[.request]) cannot be read: \(error).")
        }
    }

    private func words(of file: File) -> [Substring] {
        let data = FileManager.default.contents(atPath: self[file]) ?? Data()
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }

    private func make(_ folder: String) throws(BackendError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackendError(.internalFault, "\(folder) cannot be made: \(error).")
        }
    }

    private func gate() async throws(BackendError) -> FileLock {
        let file = "\(parent)/.submit"
        do {
            if let lock = try await FileLock.file(file, within: .seconds(60)) { return lock }
        } catch let error as FileFailure {
            throw BackendError(.internalFault, "\(error).")
        } catch {
            throw BackendError(.cancelled, "The submit was cancelled.")
        }
        throw BackendError(.unavailable, "Another process has held the lock \(file) for a minute.")
    }

    /// A descriptor with a lock, for a child that keeps it. `FileLock` keeps its descriptor from children.
    private func locked(_ path: String) throws(BackendError) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, flock(file, LOCK_EX) == 0 else {
            throw BackendError(.internalFault, "\(path) cannot be locked: \(String(cString: strerror(errno))).")
        }
        return file
    }
}
