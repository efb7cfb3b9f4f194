import LaunchArchive
import Synchronization

/// What a reader returns for an archive, up to the first error.
struct Unpacked: Equatable {
    struct Member: Equatable {
        var entry: ArchiveEntry
        var content: [UInt8] = []
        /// False if the archive ended within the content.
        var isComplete = false
    }

    private(set) var members: [Member] = []
    private(set) var error: ArchiveError?
    /// The number of bytes that the reader has asked for.
    private(set) var read = 0

    /// - Parameters:
    ///   - chunk: the number of bytes that the reader gets at once.
    ///   - limit: reading ends when the content of one file is larger.
    init(_ bytes: [UInt8], chunk: Int = 700, limit: Int = 1 << 20) async throws {
        let source = Mutex(bytes[...])
        var reader = ArchiveReader {
            source.withLock { rest in
                defer { rest = rest.dropFirst(chunk) }
                return rest.isEmpty ? nil : Array(rest.prefix(chunk))
            }
        }
        try await take(from: &reader, limit: limit)
        read = bytes.count - source.withLock(\.count)
    }

    /// Reads an archive without end: `head`, and then `block` again and again.
    init(head: [UInt8], thenAlways block: [UInt8]) async throws {
        let count = Mutex(0)
        var reader = ArchiveReader {
            count.withLock { count in
                let next = count == 0 ? head : block
                count += next.count
                return next
            }
        }
        try await take(from: &reader, limit: 1 << 20)
        read = count.withLock { $0 }
    }

    private mutating func take(from reader: inout ArchiveReader, limit: Int) async throws {
        do {
            while let part = try await reader.next() {
                switch part {
                case .entry(let entry): members.append(Member(entry: entry, isComplete: entry.kind != .file))
                case .bytes(let bytes):
                    members[members.count - 1].content += bytes
                    if members[members.count - 1].content.count > limit { return }
                case .fileEnd: members[members.count - 1].isComplete = true
                }
            }
        } catch let error as ArchiveError {
            self.error = error
        }
    }

    var isComplete: Bool { members.allSatisfy { $0.isComplete } }
    var entries: [ArchiveEntry] { members.map(\.entry) }
    var paths: [[UInt8]] { entries.map(\.path) }
    var kinds: [ArchiveEntry.Kind] { entries.map(\.kind) }
}
