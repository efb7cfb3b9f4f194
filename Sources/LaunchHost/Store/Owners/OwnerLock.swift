import FoundationEssentials
import Glibc

/// Names a process that holds runs. Never used twice.
public struct OwnerID: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The text: letters, digits and hyphens.
    public let rawValue: String

    /// Nil where `rawValue` is not 1 to 64 of `a-z0-9-`, which is what a file's name may safely have.
    public init?(rawValue: String) {
        guard rawValue.wholeMatch(of: /[a-z0-9-]{1,64}/) != nil else { return nil }
        self.rawValue = rawValue
    }

    /// The text.
    public var description: String { rawValue }
}

/// What an owner says of itself, for listings.
public struct OwnerRecord: Sendable, Hashable, Codable {
    /// Its name.
    public var id: OwnerID
    /// `agent` or `run`.
    public var kind: String
    /// The process.
    public var pid: Int32
    /// The machine.
    public var host: String
    /// When it began.
    public var startedAt: Timestamp
    /// The queues that it takes runs from.
    public var queues: [String]
}

/// A living process's hold on its name: a locked file.
///
/// The kernel lets go of the lock when the process ends, however it ends, so that nobody needs a clock to tell a dead
/// owner from a slow one. The file is closed on exec, so a child that outlives the process does not keep it alive.
public final class OwnerLock: Sendable {
    /// What it says of itself.
    public let record: OwnerRecord
    /// The name to claim runs with.
    public var id: OwnerID { record.id }

    private let path: String
    private let file: Int32

    /// Locks a new name in the folder.
    init(kind: String, queues: [String], folder: String, now: Timestamp) throws(StoreError) {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let random = String((0..<10).map { _ in alphabet[Int.random(in: alphabet.indices)] })
        guard let id = OwnerID(rawValue: "\(getpid())-\(random)") else {
            throw StoreError(.internalFault, "An owner's name could not be made.")
        }
        record = OwnerRecord(
            id: id, kind: kind, pid: getpid(), host: Self.hostName(), startedAt: now, queues: queues)
        path = Owners.path(of: id, in: folder)
        // Made and locked under a name that nobody looks at: an unlocked file would read as a dead owner.
        let draft = "\(folder)/.\(id)"
        file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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
            Glibc.close(file)
            throw StoreError(.inputOutput, "The file '\(path)' cannot be written and locked: \(reason).")
        }
    }

    /// Lets go of the name; runs that are still held with it may be adopted.
    deinit {
        unlink(path)
        Glibc.close(file)
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
