internal import FoundationEssentials
internal import Glibc
internal import LaunchFiles
internal import LaunchPluginKit

/// The files of a source, sorted by the bytes of their paths.
struct SourceListing: Sendable {
    struct Entry: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case file
            case folder
            /// A symbolic link with its target, which is kept as it is.
            case link([UInt8])
        }

        /// The path in the source.
        var path: String
        var kind: Kind
        var mode: UInt16
        /// The bytes of a file; 0 for others.
        var size: Int64
    }

    let root: SourceRoot
    private(set) var entries: [Entry] = []

    /// Reads a context folder. Links are not followed.
    init(of folder: String) throws(BackendError) {
        do throws(LaunchError) {
            root = try SourceRoot(folder)
        } catch {
            throw BackendError(source: error)
        }
        do throws(FileSystem.Failure) {
            try visit("")
        } catch {
            throw BackendError(.transient, "\(error.path) of the source cannot be read: \(error.why).")
        }
        try leaveOutIgnored()
        entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func visit(_ folder: String) throws(FileSystem.Failure) {
        for name in try root.names(in: folder) {
            let name = String(decoding: name, as: UTF8.self)
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let status = try root.status(path)
            let mode = UInt16(status.st_mode & 0o7777)
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                entries.append(Entry(path: path, kind: .folder, mode: mode, size: 0))
                try visit(path)
            case S_IFREG: entries.append(Entry(path: path, kind: .file, mode: mode, size: Int64(status.st_size)))
            case S_IFLNK:
                entries.append(Entry(path: path, kind: .link(try root.linkTarget(path)), mode: 0o777, size: 0))
            // A snapshot has no others.
            default: continue
            }
        }
    }

    /// A source whose rules exclude the Dockerfile has another `.dockerignore`, which names both files. The Dockerfile is in
    /// the context only for the builder.
    private mutating func leaveOutIgnored() throws(BackendError) {
        guard entries.contains(where: { $0.path == Self.ignoreFile }) else { return }
        let bytes: [UInt8]
        do throws(LaunchError) {
            bytes = try root.content(of: Self.ignoreFile, limit: 1 << 20, links: .refused) ?? []
        } catch {
            throw BackendError(source: error)
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard lines.first == Self.ignoreFile, lines.count == 2 else { return }
        let file = lines[1].replacing("\\", with: "")
        entries.removeAll { $0.path == Self.ignoreFile || $0.path == file }
    }

    private static let ignoreFile = ".dockerignore"

    /// Whether a source has a file, a folder or a link of this name.
    static func has(_ path: String, in folder: String) throws(BackendError) -> Bool {
        guard !path.isEmpty else { return false }
        do throws(LaunchError) {
            let root = try SourceRoot(folder)
            return (try? root.status(path)) != nil
        } catch {
            throw BackendError(source: error)
        }
    }
}
