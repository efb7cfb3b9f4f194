internal import LaunchArchive
internal import LaunchPluginKit

/// One file or folder that is copied into a container.
package struct HostEntry: Sendable {
    package enum Content: Sendable {
        case folder
        case bytes([UInt8])
        /// The first `size` bytes of a file on this machine.
        case file(String, size: Int64)
    }

    /// The path relative to where the archive is unpacked. It may be a raw name.
    var path: String
    var content: Content
    package var mode: UInt16
    /// The modification time, in seconds since 1970.
    var modified: Int64
    package var owner = FileOwner.root
    /// True if the entry gets the user of the container's program as owner.
    package var isOfProgram = false

    package init(_ path: String, _ content: Content, mode: UInt16, modified: Int64) {
        self.path = path
        self.content = content
        self.mode = mode
        self.modified = modified
    }

    var size: Int64 {
        switch content {
        case .folder: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let size): size
        }
    }

    /// True for the folder itself and for everything below it.
    package func isIn(_ folder: String) -> Bool {
        "/\(path)" == folder || path.hasPrefix("\(folder.dropFirst())/")
    }

    package var isFolder: Bool {
        if case .folder = content { true } else { false }
    }

    /// The entry in an archive.
    var archived: ArchiveEntry {
        ArchiveEntry(
            path: RawName.bytes(path), kind: isFolder ? .folder : .file, size: size, mode: mode, modified: modified,
            user: owner.user, group: owner.group)
    }
}
