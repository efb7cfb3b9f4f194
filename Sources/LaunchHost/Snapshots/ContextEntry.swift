/// One file, folder or link of a context folder.
public struct ContextEntry: Sendable, Hashable {
    /// The kind of an entry.
    public enum Kind: Sendable, Hashable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A symbolic link with its target. It is kept unchanged, even if it points outside the context.
        case link(target: String)
    }

    /// The path relative to the context, with `/` between the components.
    public var path: String
    /// The kind of the entry.
    public var kind: Kind
    /// The permission bits with the set-user-ID and sticky bits: 0 to 0o7777. 0o777 for a link.
    public var mode: UInt32
    /// Its size in bytes; 0 for a folder and a link.
    public var size: Int64
    /// The content, if the program generates the file instead of reading it from the folder.
    var generated: [UInt8]?
    /// The hash of the file's content, if it is known; nil means that the file must be read.
    var content: String?

    public init(path: String, kind: Kind, mode: UInt32, size: Int64 = 0) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.size = size
    }

    /// The order in which entries are hashed: by the bytes of their paths, independent of the locale.
    static func precedes(_ left: ContextEntry, _ right: ContextEntry) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
}

/// The progress of reading a context.
public struct SourceProgress: Sendable, Hashable {
    /// The steps of reading a context.
    public enum Step: String, Sendable {
        /// Lists the content of the folder.
        case scan
        /// Reads the files to compute the digest.
        case hash
        /// Copies the files.
        case copy
    }

    /// The present step.
    public var step: Step
    /// The number of entries that are done.
    public var entries: Int
    /// The bytes of file content that are done; while listing, those that were found.
    public var bytes: Int64
}
