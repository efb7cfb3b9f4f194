/// One entry of a tar archive, without its content. Names are bytes: an archive may have names that are not UTF-8.
public struct ArchiveEntry: Sendable, Hashable {
    /// The kind of an entry.
    public enum Kind: Sendable, Hashable {
        case file, folder
        /// A symbolic link with its target.
        case link([UInt8])
        /// A second name of the entry with that path.
        case hardLink([UInt8])
        /// A device, a pipe or another special file. The writer refuses it.
        case other
    }

    /// The path in the archive, as it is stored. It may be absolute or contain `..`; see `ArchivePath`.
    public var path: [UInt8]
    public var kind: Kind
    /// The number of bytes of a file, including its holes; 0 for other entries.
    public var size: Int64
    /// The permission bits, at most `0o7777`.
    public var mode: UInt16
    /// The modification time, in seconds since 1970.
    public var modified: Int64
    public var user: UInt32
    public var group: UInt32

    public init(
        path: [UInt8], kind: Kind, size: Int64 = 0, mode: UInt16 = 0o644, modified: Int64 = 0, user: UInt32 = 0,
        group: UInt32 = 0
    ) {
        self.path = path
        self.kind = kind
        self.size = size
        self.mode = mode
        self.modified = modified
        self.user = user
        self.group = group
    }
}

/// The next part of an archive.
public enum ArchivePart: Sendable, Hashable {
    case entry(ArchiveEntry)
    /// Bytes of the preceding file, never empty. Holes of a sparse file are zeros.
    case bytes([UInt8])
    /// The preceding file is complete. It has as many bytes as its entry declares.
    case fileEnd
}
