/// One thing in a context folder.
public struct ContextEntry: Sendable, Hashable {
    /// What it is.
    public enum Kind: Sendable, Hashable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A symbolic link, with where it points to. It is kept as it is, also where it leaves the context.
        case link(target: String)
    }

    /// Where it is, relative to the context, with `/` between the parts.
    public var path: String
    /// What it is.
    public var kind: Kind
    /// Its permission bits, set-user-ID and sticky bits included: 0 to 0o7777. 0o777 for a link.
    public var mode: UInt32
    /// Its size in bytes; 0 for a folder and a link.
    public var size: Int64
    /// Its content, where it is no file of the folder but made by the program.
    var generated: [UInt8]?

    public init(path: String, kind: Kind, mode: UInt32, size: Int64 = 0) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.size = size
    }

    /// The order in which entries are hashed: by the bytes of their paths, whatever the locale.
    static func precedes(_ left: ContextEntry, _ right: ContextEntry) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
}

/// How far a walk over a context has come.
public struct SourceProgress: Sendable, Hashable {
    /// What is being done.
    public enum Step: String, Sendable {
        /// Listing what is in the folder.
        case scan
        /// Reading the files to name their content.
        case hash
        /// Copying the files.
        case copy
    }

    /// What is being done.
    public var step: Step
    /// Entries done.
    public var entries: Int
    /// Bytes of file content done; while scanning, found.
    public var bytes: Int64
}
