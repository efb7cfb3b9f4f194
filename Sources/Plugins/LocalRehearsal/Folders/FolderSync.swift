internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchContainerEngine
internal import LaunchCrypto
internal import LaunchPluginKit

/// Copies changes in one synchronized folder of the hosts to its destination.
actor FolderSync {
    let folder: RehearsalPlan.SyncedFolder
    private let place: any SyncDestination
    private let engine: EngineClient
    /// The folder for files in transfer.
    private let work: String
    private let limits: TransferLimits
    private var copied = CopiedFiles()
    /// Deviations from the expected result, as sentences.
    private(set) var notes: Set<String> = []

    private static let maxNotes = 50

    init(
        _ folder: RehearsalPlan.SyncedFolder, at place: any SyncDestination, engine: EngineClient, work: String,
        limits: TransferLimits
    ) {
        self.folder = folder
        self.place = place
        self.engine = engine
        self.work = work
        self.limits = limits
    }

    private func note(_ sentence: String) {
        if notes.count < Self.maxNotes { notes.insert(RawName.shown(sentence)) }
    }

    /// The files that the hosts start with.
    func begin(hosts: [String], _ progress: @escaping @Sendable (Int64) -> Void) async throws(BackendError)
        -> [InputFile]
    {
        let (files, left) = try await place.content(progress)
        for sentence in left { note("\(folder.path): \(sentence)") }
        copied = CopiedFiles(files, of: hosts)
        return files
    }

    /// After a takeover: the content of the destination counts as copied. A file of another size or time is copied
    /// again.
    func resume(hosts: [String]) async throws(BackendError) { _ = try await begin(hosts: hosts) { _ in } }

    /// One pass over all hosts.
    func pass(_ containers: [(host: String, id: String)]) async throws(BackendError) {
        for container in containers { try await pass(container.host, container.id) }
    }

    private func pass(_ host: String, _ id: String) async throws(BackendError) {
        let began = Int64(time(nil))
        let source = ContainerFolder(engine: engine, container: id, path: folder.path)
        guard var members = try await source.members() else { return }
        let budget = WriteBudget(
            folder.path, limit: limits.outputBytes, key: TransferLimits.outputKey, folder: work,
            reserve: limits.reserve)
        let folders = copied.folders(of: host)
        var here: Set<String> = []
        var open: Arriving?
        // An archive has the content of a file once. Its other names follow as hard links, without content.
        var files: [String: FolderMembers.Member] = [:]
        var links: [(path: String, target: FolderMembers.Member?, targetPath: String)] = []
        defer { if let open { unlink(open.sink.path) } }
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                try budget.announce(0)
                guard let path = ContainerFolder.inside(member.path), InputFile.isSafe(path) else { continue }
                switch member.kind {
                case .link:
                    note("Links in \(folder.path) were not kept, only files are.")
                    continue
                case .other: continue
                case .folder:
                    // The host may have replaced a file by this folder: then remove the file from the destination.
                    try await forget(path, of: host)
                    continue
                case .hardLink(let target):
                    let targetPath = ContainerFolder.inside(target) ?? ""
                    guard canKeep(path) else { continue }
                    here.insert(path)
                    links.append((path, files[targetPath], targetPath))
                    continue
                case .file: break
                }
                guard canKeep(path) else { continue }
                here.insert(path)
                files[path] = member
                try budget.take(member.size)
                guard !copied.has(path, member, of: host) else { continue }
                open = try await arriving(path, member, of: host, folders, began)
            case .bytes(let bytes):
                try open?.sink.write(bytes[...])
            case .fileEnd:
                guard let file = open else { continue }
                defer {
                    unlink(file.sink.path)
                    open = nil
                }
                try await carry(file, of: host)
            }
        }
        for (path, target, targetPath) in links {
            let hash = copied[host, targetPath]?.hash
            if let target {
                try budget.take(target.size)
                if copied.has(path, target, of: host, hash: hash) { continue }
            }
            try await carryAlone(path, of: (host, id), folders, began, budget)
            // If this name was considered unchanged by size and time, but has other content, the target has changed
            // too.
            guard hash != nil, copied[host, path]?.hash != copied[host, targetPath]?.hash else { continue }
            try await carryAlone(targetPath, of: (host, id), folders, began, budget)
        }
        for path in copied.paths(of: host) where !here.contains(path) { try await forget(path, of: host) }
    }

    private func canKeep(_ path: String) -> Bool {
        if place.canHold(path) { return true }
        note(
            "\(folder.path): \(path) was not kept: its name is not UTF-8, so no object can have it. Give it another name."
        )
        return false
    }

    /// A file in transfer from a host to the destination.
    private struct Arriving {
        var path: String
        var sink: FileSink
        var version: CopiedFiles.Version
    }

    private func arriving(
        _ path: String, _ member: FolderMembers.Member, of host: String, _ folders: Set<String>, _ began: Int64
    ) async throws(BackendError) -> Arriving {
        try limits.reserve.check(writing: member.size, to: work)
        if folders.contains(path) { try await forgetAll(below: path, of: host) }
        let old = copied[host, path]
        let free: String
        if let old { free = old.place } else { free = try freePlace(for: path, of: host) }
        let now = CopiedFiles.Version(
            size: member.size, modified: member.modified, hash: old?.hash, place: free,
            isFresh: member.modified >= began.subtractingReportingOverflow(2).partialValue)
        return Arriving(
            path: path, sink: try FileSink("\(work)/sync-\(UInt64.random(in: .min ... .max))"), version: now)
    }

    /// Copies a complete file to the destination, if its content has changed.
    private func carry(_ file: Arriving, of host: String) async throws(BackendError) {
        var now = file.version
        let hash = try Self.hash(file.sink.path)
        if hash != now.hash {
            file.sink.date(now.modified)
            chmod(file.sink.path, 0o644)
            try await place.put(file.sink.path, as: now.place)
        }
        now.hash = hash
        copied[host, file.path] = now
    }

    /// Reads one file of a host and copies it to the destination. Used for a second name of a file: an archive of
    /// that name alone has the content. If the host changes the file meanwhile, the next pass finds it.
    private func carryAlone(
        _ path: String, of host: (name: String, id: String), _ folders: Set<String>, _ began: Int64,
        _ budget: WriteBudget
    ) async throws(BackendError) {
        let source = ContainerFolder(
            engine: engine, container: host.id, path: "\(folder.path)/\(path)", followsLink: false)
        guard var members = try await source.members() else { return }
        var open: Arriving?
        defer { if let open { unlink(open.sink.path) } }
        while let part = try await members.next() {
            switch part {
            case .member(let member):
                guard member.kind == .file, open == nil else { return }
                open = try await arriving(path, member, of: host.name, folders, began)
            case .bytes(let bytes):
                try budget.take(Int64(bytes.count))
                try open?.sink.write(bytes[...])
            case .fileEnd:
                guard let file = open else { return }
                return try await carry(file, of: host.name)
            }
        }
    }

    /// Removes a file that the host has removed, unless another host has a file of the same name.
    private func forget(_ path: String, of host: String) async throws(BackendError) {
        guard let old = copied[host, path] else { return }
        if !copied.hasOther(than: host, path, at: old.place) { try await place.remove(old.place) }
        // Only now: if this pass is cancelled before, the next one repeats the deletion.
        copied[host, path] = nil
    }

    private func forgetAll(below folder: String, of host: String) async throws(BackendError) {
        for path in copied.paths(of: host) where path.hasPrefix(folder + "/") {
            try await forget(path, of: host)
        }
    }

    /// The path at the destination for a new file of a host. An entry that blocks the path belongs to another host or
    /// to the user and stays. Then the new file is named `NAME.HOST`.
    private func freePlace(for path: String, of host: String) throws(BackendError) -> String {
        var placed = path
        for number in 1...100 {
            guard let part = place.obstacle(to: placed) else {
                if placed != path {
                    note("\(folder.path): \(path) of \(host) is kept as \(placed), because an entry blocks the name.")
                }
                return placed
            }
            placed = "\(part).\(host)\(number < 3 ? "" : "-\(number)")\(placed.dropFirst(part.count))"
        }
        throw BackendError(
            .conflict, "\(folder.path): no free name is left for \(RawName.shown(path)) of \(host).")
    }

    private static func hash(_ path: String) throws(BackendError) -> String {
        do {
            return Hex.encode(try SHA256.file(path))
        } catch {
            throw BackendError(.internalFault, "\(path) cannot be read: \(error)")
        }
    }
}
