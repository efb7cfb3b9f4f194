internal import FoundationEssentials
internal import Glibc
internal import LaunchHost

/// Where one job with surroundings keeps what has to outlive the program: the job, where it stands, what is on its way.
///
/// Everything in it is this program's own, so that it can be removed without being root: containers only ever read it.
struct RehearsalFolder: Sendable {
    let path: String
    private let cache: String

    init(home: LaunchHome, runID: RunID) {
        path = "\(home.path)/rehearsals/\(runID)"
        cache = "\(home.path)/cache"
    }

    /// Whether a file is this program's own, here or in the cache, and may get another name or mode.
    func owns(_ file: String) -> Bool {
        let file = RawName.text(of: file)
        return file.hasPrefix(RawName.text(of: "\(path)/")) || file.hasPrefix(RawName.text(of: "\(cache)/"))
    }

    /// The job and what it was made from.
    struct Intent: Codable, Sendable {
        var fingerprint: String
        var job: ContainerJob
    }

    var results: String { "\(path)/results" }
    var work: String { "\(path)/work" }
    /// Copies of the user's files for containers to see.
    var copies: String { "\(path)/copies" }
    /// The place of a synced folder that has none of its own.
    func synced(_ index: Int) -> String { "\(path)/synced-\(index)" }
    /// A folder that a host of an attempt sees read-only.
    func view(_ attempt: Int, _ host: String, _ index: Int) -> String { "\(views)/\(attempt)-\(host)-\(index)" }
    private var views: String { "\(path)/views" }

    /// Makes a folder of a view, which whoever the container runs as can look into, and those above it.
    func makeView(_ folder: String) throws(BackendError) {
        try make(folder)
        var place = folder[...]
        while place.hasPrefix("\(views)/"), let slash = place.lastIndex(of: "/") {
            Disk.chmod(String(place), 0o755)
            place = place[..<slash]
        }
    }

    /// What was written down before anything was begun; nil where nothing was.
    func intent() throws(BackendError) -> Intent? { try read(Intent.self, "job.json") }

    /// Writes the intent down.
    func begin(_ intent: Intent) throws(BackendError) {
        for folder in [path, results, work] { try make(folder) }
        try write(intent, "job.json")
    }

    func state() throws(BackendError) -> RehearsalState? { try read(RehearsalState.self, "state.json") }
    func keep(_ state: RehearsalState) throws(BackendError) { try write(state, "state.json") }

    /// A stop that was ordered by a process that does not have the job.
    func order() throws(BackendError) -> RehearsalState.Stop? { try read(RehearsalState.Stop.self, "stop.json") }
    func order(_ stop: RehearsalState.Stop) throws(BackendError) { try write(stop, "stop.json") }

    /// The last signal to the hosts, whichever process sent it; nil where none was.
    func signal() throws(BackendError) -> RehearsalState.Signal? { try read(RehearsalState.Signal.self, "signal.json") }
    func keep(_ signal: RehearsalState.Signal) throws(BackendError) { try write(signal, "signal.json") }

    /// Removes everything. None is not an error.
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

    /// Takes the job for this process; nil where another has it. It is let go when the value is, or the process ends.
    func lock() throws(BackendError) -> FolderLock? {
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault.error("write", "\(path)/lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return FolderLock(descriptor)
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

/// Holds a lock as long as it lives.
final class FolderLock: Sendable {
    private let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
}
