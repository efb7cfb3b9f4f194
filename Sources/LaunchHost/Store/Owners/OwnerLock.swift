import FoundationEssentials
import Glibc

/// The name of a process that holds runs. It is never used twice.
public struct OwnerID: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    /// The name: letters, digits and hyphens.
    public let rawValue: String

    /// Nil if `rawValue` is not 1 to 64 of `a-z0-9-`, which are safe in a file name.
    public init?(rawValue: String) {
        // Not a regular expression, which is compiled for each use: a row of a run has an owner.
        let isPlain = rawValue.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard isPlain, (1...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// The description of an owner, for listings.
public struct OwnerRecord: Sendable, Hashable, Codable {
    /// The name of the owner.
    public var id: OwnerID
    /// `agent` or `run`.
    public var kind: String
    /// The process ID.
    public var pid: Int32
    /// The host name of the machine.
    public var host: String
    /// When the process became an owner.
    public var startedAt: Timestamp
    /// The queues that it claims runs from.
    public var queues: [String]
    /// The version of its program; nil if it did not say.
    public var version: String?
    /// The maximum number of runs that it holds at once; nil means no limit.
    public var maxJobs: Int?
    /// Whether it ends when its queues are empty; nil means no.
    public var drains: Bool?
}

/// Keeps this process an owner of runs until it is released or the process ends.
public final class OwnerLock: Sendable {
    /// The description of the owner.
    public let record: OwnerRecord
    /// The name for claims.
    public var id: OwnerID { record.id }

    private let release: @Sendable () -> Void

    init(_ record: OwnerRecord, release: @escaping @Sendable () -> Void) {
        self.record = record
        self.release = release
    }

    /// Releases the lock; other owners may adopt the runs that the process still holds.
    deinit { release() }
}

extension OwnerRecord {
    /// This process as an owner with a new name.
    init(
        kind: String, queues: [String], version: String?, maxJobs: Int?, drains: Bool, now: Timestamp
    ) throws(StoreError) {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let random = String((0..<10).map { _ in alphabet[Int.random(in: alphabet.indices)] })
        guard let id = OwnerID(rawValue: "\(getpid())-\(random)") else {
            throw StoreError(.internalFault, "An owner's name could not be made.")
        }
        self.init(
            id: id, kind: kind, pid: getpid(), host: HostName.current, startedAt: now, queues: queues, version: version,
            maxJobs: maxJobs, drains: drains ? true : nil)
    }
}

/// The name of this machine.
package enum HostName {
    /// The name as the kernel has it; `unknown` if it does not tell.
    package static var current: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
