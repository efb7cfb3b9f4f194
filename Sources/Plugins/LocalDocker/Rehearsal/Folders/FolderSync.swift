internal import ContainerEngine
internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import LaunchHost

/// Carries what changes in one synced folder of the hosts to its place.
actor FolderSync {
    private struct Seen {
        var size: Int64
        var modified: Int64
        var hash: String?
        /// Whether the file may have changed again without its size and its second telling.
        var isFresh: Bool
    }

    let folder: ContainerJob.Surroundings.SyncedFolder
    private let place: SyncPlace
    private let engine: EngineClient
    /// Where files are on their way.
    private let work: String
    private var seen: [String: [String: Seen]] = [:]
    /// What went other than expected, in sentences.
    private(set) var notes: Set<String> = []

    init(
        _ folder: ContainerJob.Surroundings.SyncedFolder, at place: SyncPlace, engine: EngineClient, work: String
    ) {
        self.folder = folder
        self.place = place
        self.engine = engine
        self.work = work
    }

    /// What the hosts begin with.
    func begin(hosts: [String], _ progress: @escaping @Sendable (Int64) -> Void) async throws(BackendError)
        -> [InputFile]
    {
        let (files, lost) = try await place.content(progress)
        for path in lost { notes.insert("\(folder.path): the link \(path) leads to no file and was left out.") }
        let known = Dictionary(
            files.map { ($0.path, Seen(size: $0.size, modified: $0.modified, hash: nil, isFresh: false)) }
        ) { first, _ in first }
        for host in hosts { seen[host] = known }
        return files
    }

    /// After a takeover: what is at the place counts as seen, and what has not the same size or time is sent again.
    func resume(hosts: [String]) async throws(BackendError) { _ = try await begin(hosts: hosts) { _ in } }

    /// One look at all hosts.
    func pass(_ containers: [(host: String, id: String)]) async throws(BackendError) {
        for container in containers { try await pass(container.host, container.id) }
    }

    private func pass(_ host: String, _ id: String) async throws(BackendError) {
        let began = Int64(time(nil))
        let source = ContainerFolder(engine: engine, container: id, path: folder.path)
        guard var members = try await source.members() else { return }
        var known = seen[host] ?? [:]
        var here: Set<String> = []
        var open: (path: String, sink: FileSink, seen: Seen)?
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                switch member.kind {
                case .link, .hardLink: notes.insert("Links in \(folder.path) were not kept, only files are.")
                case .file, .folder, .other: break
                }
                guard member.kind == .file, let path = ContainerFolder.inside(member.path), Self.isSafe(path) else {
                    continue
                }
                here.insert(path)
                let old = known[path]
                if let old, old.size == member.size, old.modified == member.modified, !old.isFresh { continue }
                let now = Seen(
                    size: member.size, modified: member.modified, hash: old?.hash,
                    isFresh: member.modified >= began - 2)
                open = (path, try FileSink("\(work)/sync-\(UInt64.random(in: .min ... .max))"), now)
            case .bytes(let bytes):
                try open?.sink.write(bytes)
            case .fileEnd:
                guard let file = open else { continue }
                open = nil
                defer { unlink(file.sink.path) }
                var now = file.seen
                let hash = try Self.hash(file.sink.path)
                if hash != now.hash {
                    file.sink.date(now.modified)
                    chmod(file.sink.path, 0o644)
                    try await place.put(file.sink.path, as: file.path)
                }
                now.hash = hash
                known[file.path] = now
                seen[host] = known
            }
        }
        for path in known.keys where !here.contains(path) {
            let others = seen.contains { $0.key != host && $0.value[path] != nil && !isInitial(path, $0.key) }
            if !others { try await place.remove(path) }
            // Not before: a look that is broken off here leaves the deletion to the next.
            known[path] = nil
            seen[host] = known
        }
        seen[host] = known
    }

    /// Whether a host only has the file that all began with.
    private func isInitial(_ path: String, _ host: String) -> Bool { seen[host]?[path]?.hash == nil }

    private static func hash(_ path: String) throws(BackendError) -> String {
        do {
            return Hex.encode(try SHA256.file(path))
        } catch {
            throw BackendError(.internalFault, "\(path) cannot be read: \(error)")
        }
    }

    private static func isSafe(_ path: String) -> Bool {
        !path.split(separator: "/").contains("..") && !path.utf8.contains(0)
    }
}
