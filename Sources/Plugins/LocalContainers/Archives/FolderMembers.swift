internal import LaunchArchive
package import LaunchPluginKit

/// The members of a container's folder, from the engine's archive of it. The container is not trusted: its names may be
/// any bytes; see `ArchivePath`.
package struct FolderMembers {
    package enum Kind: Sendable, Hashable {
        case file, folder
        case link(String)
        /// A hard link to the member with that path.
        case hardLink(String)
        /// A device, a pipe or another special file.
        case other
    }

    /// One member, without its content. Names are raw names.
    package struct Member: Sendable, Hashable {
        /// The path in the archive, without a slash at the end.
        package var path: String
        package var kind: Kind
        package var size: Int64
        var mode: UInt16
        /// Seconds since 1970.
        package var modified: Int64
    }

    /// The next part of the archive.
    package enum Part {
        case member(Member)
        /// Bytes of the preceding file.
        case bytes([UInt8])
        /// The preceding file is complete.
        case fileEnd
    }

    private var reader: ArchiveReader

    /// - Parameter pull: returns the next bytes of the archive, and nil at its end.
    init(_ pull: @escaping () async throws(BackendError) -> [UInt8]?) {
        reader = ArchiveReader { try await pull() }
    }

    /// The next part; nil at the end.
    /// - Throws: `internalFault` if it is not an archive, `transient` if it ends too early.
    package mutating func next() async throws(BackendError) -> Part? {
        do {
            switch try await reader.next() {
            case .entry(let entry): return .member(Member(entry))
            case .bytes(let bytes): return .bytes(bytes)
            case .fileEnd: return .fileEnd
            case nil: return nil
            }
        } catch let error as BackendError {
            throw error
        } catch let error as ArchiveError where error.code == .truncated {
            throw BackendError(.transient, "The engine's archive ended early.")
        } catch {
            throw BackendError(.internalFault, "The engine's archive cannot be read: \(error).")
        }
    }
}

extension FolderMembers.Member {
    init(_ entry: ArchiveEntry) {
        var bytes = entry.path[...]
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        path = RawName.text(bytes)
        kind =
            switch entry.kind {
            case .file: .file
            case .folder: .folder
            case .link(let target): .link(RawName.text(target))
            case .hardLink(let target): .hardLink(RawName.text(target))
            case .other: .other
            }
        size = entry.size
        mode = entry.mode
        modified = entry.modified
    }
}
