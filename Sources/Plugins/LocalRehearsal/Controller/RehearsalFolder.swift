internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The folder of one rehearsal, with everything that must survive the program: the job, its state, files in transfer.
///
/// This program owns all files in it, so it can be removed without root permission: containers only read it.
struct RehearsalFolder: Sendable {
    let path: String
    private let cache: String

    /// - Parameters:
    ///   - folder: the folder of all rehearsals.
    ///   - cache: the folder of the cache.
    init(_ folder: String, cache: String, runID: RunID) {
        path = "\(folder)/\(runID)"
        self.cache = cache
    }

    /// True if a file belongs to this program, here or in the cache. Such a file may get another name or mode.
    func owns(_ file: String) -> Bool {
        let file = RawName.text(of: file)
        return file.hasPrefix(RawName.text(of: "\(path)/")) || file.hasPrefix(RawName.text(of: "\(cache)/"))
    }

    /// The job, and the fingerprint of its request.
    struct Intent: Codable, Sendable {
        var fingerprint: String
        var job: ContainerJob
    }

    var results: String { "\(path)/results" }
    var work: String { "\(path)/work" }
    /// Copies of the user's files that containers mount.
    var copies: String { "\(path)/copies" }
    /// The destination of a synchronized folder without one in the job.
    func synced(_ index: Int) -> String { "\(path)/synced-\(index)" }
    /// A folder that a host of an attempt mounts read-only.
    func view(_ attempt: Int, _ host: String, _ index: Int) -> String { "\(views)/\(attempt)-\(host)-\(index)" }
    private var views: String { "\(path)/views" }

    /// Creates a folder of a view and its parents. Every user of a container can read it.
    func makeView(_ folder: String) throws(BackendError) {
        try make(folder)
        var place = folder[...]
        while place.hasPrefix("\(views)/"), let slash = place.lastIndex(of: "/") {
            Disk.chmod(String(place), 0o755)
            place = place[..<slash]
        }
    }

    /// The intent, which is stored before the job begins; nil without a job.
    func intent() throws(BackendError) -> Intent? { try read(Intent.self, "job.json") }

    /// Stores the intent.
    func begin(_ intent: Intent) throws(BackendError) {
        for folder in [path, results, work] { try make(folder) }
        try write(intent, "job.json")
    }

    func state() throws(BackendError) -> RehearsalState? { try read(RehearsalState.self, "state.json") }
    func keep(_ state: RehearsalState) throws(BackendError) { try write(state, "state.json") }

    /// A stop request of a process that does not own the job.
    func order() throws(BackendError) -> RehearsalState.Stop? { try read(RehearsalState.Stop.self, "stop.json") }
    func order(_ stop: RehearsalState.Stop) throws(BackendError) { try write(stop, "stop.json") }

    /// The last signal to the hosts, sent by any process; nil if none was sent.
    func signal() throws(BackendError) -> RehearsalState.Signal? { try read(RehearsalState.Signal.self, "signal.json") }
    func keep(_ signal: RehearsalState.Signal) throws(BackendError) { try write(signal, "signal.json") }

    /// Removes the folder. A missing folder is not an error.
    func remove() throws(BackendError) {
        guard access(path, F_OK) == 0 else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw BackendError(.internalFault, "The folder \(path) cannot be removed: \(FileFault.words(error))")
        }
    }

    func make(_ folder: String) throws(BackendError) {
        try Disk.makeFolders(folder, mode: 0o700)
    }

    /// Locks the job for this process; nil if another process has the lock. The lock ends with the returned value, or
    /// with the process.
    func lock() throws(BackendError) -> FileLock? {
        do {
            return try FileLock.file("\(path)/lock")
        } catch {
            throw FileFault.error("write", error.path, error.code)
        }
    }

    private func read<T: Decodable>(_ type: T.Type, _ name: String) throws(BackendError) -> T? {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else { return nil }
        do {
            return try JSON.decode(type, from: data)
        } catch {
            throw BackendError(.malformed, "The file \(path)/\(name) is not what this program wrote: \(error)")
        }
    }

    private func write(_ value: some Encodable, _ name: String) throws(BackendError) {
        do {
            try JSON.canonicalData(value).write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
        } catch {
            throw BackendError(.internalFault, "The file \(path)/\(name) cannot be written: \(FileFault.words(error))")
        }
    }
}
