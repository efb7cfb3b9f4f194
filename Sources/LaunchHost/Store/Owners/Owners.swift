import FoundationEssentials
import Glibc

/// The owners of a store, and which of them live.
protocol OwnerRegistry: Sendable {
    /// Registers this process as an owner until the lock is released.
    func register(_ record: OwnerRecord) async throws(StoreError) -> OwnerLock

    /// The live owners, oldest first.
    func living() async throws(StoreError) -> [OwnerRecord]

    /// The record of a live owner that is known to be suspended; nil for every other owner.
    func suspended(_ id: OwnerID) async -> OwnerRecord?

    /// All owners that have left a trace: the live ones, and those that ended without removing it. Oldest first.
    func known() async throws(StoreError) -> [KnownOwner]

    /// Records that the owner claims no more runs and is about to end. Does not wait for the record.
    func markLeaving(_ id: OwnerID)
}

/// An owner of which the store has a trace.
struct KnownOwner: Sendable, Hashable {
    var record: OwnerRecord
    var isAlive: Bool
    /// Whether it claims no more runs and is about to end.
    var isLeaving: Bool
    /// When it was last known to live; nil if the store cannot tell.
    var lastContact: Timestamp?
}

/// The folder of the owners' locks. It shows which owners live.
///
/// An owner holds the lock on the file with its name. The kernel releases the lock when the process ends in any way, so
/// no clock is needed to distinguish a dead owner from a slow one. The file is closed on exec, so a child that outlives
/// the process does not keep the lock.
struct Owners: OwnerRegistry {
    let folder: String
    var clock: @Sendable () -> Timestamp = { Timestamp(Date()) }

    func register(_ record: OwnerRecord) throws(StoreError) -> OwnerLock {
        removeDead()
        let path = Self.path(of: record.id, in: folder)
        let mark = leavingMark(of: record.id)
        // The file is created and locked under a name that is ignored by readers: an unlocked file would count as a
        // dead owner.
        let draft = "\(folder)/.\(record.id)"
        let file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(
                .denied, "The file '\(draft)' cannot be made: \(Files.reason()).",
                hint: "Check that the folder is yours, or set LAUNCH_HOME to another.")
        }
        let document = Array((try? JSON.canonicalData(record)) ?? Data())
        guard flock(file, LOCK_EX | LOCK_NB) == 0, write(file, document, document.count) == document.count,
            rename(draft, path) == 0
        else {
            let reason = Files.reason()
            unlink(draft)
            close(file)
            throw StoreError(.inputOutput, "The file '\(path)' cannot be written and locked: \(reason).")
        }
        return OwnerLock(record) {
            unlink(mark)
            unlink(path)
            close(file)
        }
    }

    package static func path(of id: OwnerID, in folder: String) -> String { "\(folder)/\(id).lock" }

    /// Whether the owner's process runs: the kernel holds its lock exactly as long.
    func isAlive(_ id: OwnerID) -> Bool {
        // Without O_NONBLOCK, a named pipe in its place would block the caller; links are not followed.
        let file = open(Self.path(of: id, in: folder), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_uid == geteuid() else {
            return false
        }
        // A shared lock, so that two processes that check at once do not mistake each other for the owner.
        return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// The live owners, oldest first.
    func living() -> [OwnerRecord] {
        known().filter(\.isAlive).map(\.record)
    }

    /// The kernel shows at this moment which owners live. When a dead owner ended is unknown.
    func known() -> [KnownOwner] {
        all().compactMap { id in
            let isAlive = isAlive(id)
            guard let contents = Files.contents(of: Self.path(of: id, in: folder)),
                let record = try? JSON.decode(OwnerRecord.self, from: Data(contents))
            else { return nil }
            return KnownOwner(
                record: record, isAlive: isAlive, isLeaving: access(leavingMark(of: id), F_OK) == 0,
                lastContact: isAlive ? clock() : nil)
        }.sorted { ($0.record.startedAt, $0.record.id.rawValue) < ($1.record.startedAt, $1.record.id.rawValue) }
    }

    /// Makes a file beside the owner's: that one is locked, and is never replaced.
    func markLeaving(_ id: OwnerID) {
        let file = open(leavingMark(of: id), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if file >= 0 { close(file) }
    }

    private func leavingMark(of id: OwnerID) -> String { "\(folder)/\(id).leaving" }

    /// The record of a live owner whose process is suspended (SIGSTOP, SIGTSTP or a debugger); nil for every other
    /// owner.
    func suspended(_ id: OwnerID) -> OwnerRecord? {
        guard isAlive(id), let contents = Files.contents(of: Self.path(of: id, in: folder)),
            let record = try? JSON.decode(OwnerRecord.self, from: Data(contents)),
            let stat = Files.contents(of: "/proc/\(record.pid)/stat")
        else { return nil }
        // proc(5): the state is the field after the name, which is in parentheses and may contain any character.
        let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
        return ["T", "t"].contains(fields?.first) ? record : nil
    }

    /// Removes the files of dead owners.
    ///
    /// A file can be removed at once: an owner without a file counts as dead as well, and names are never used again.
    func removeDead() {
        for id in all() where !isAlive(id) {
            unlink(leavingMark(of: id))
            unlink(Self.path(of: id, in: folder))
        }
    }

    private func all() -> [OwnerID] {
        Files.names(in: folder).compactMap { name in
            guard name.hasSuffix(".lock") else { return nil }
            return OwnerID(rawValue: String(name.dropLast(".lock".count)))
        }
    }
}
