internal import LaunchArchive
package import LaunchPluginKit

/// Writes entries as a tar archive in chunks, with bounded memory.
package actor HostArchive {
    private static let chunkBytes = 256 << 10

    private var entries: ArraySlice<HostEntry>
    private var writer: ArchiveWriter?
    private var open: (reader: FileReader, left: Int64)?
    private var hasEnded = false
    /// Why the archive could not be written completely.
    package private(set) var failure: BackendError?
    /// Gets the number of bytes that were read from a file.
    private let progress: @Sendable (Int64) -> Void

    package init(_ entries: [HostEntry], progress: @escaping @Sendable (Int64) -> Void = { _ in }) {
        self.entries = entries[...]
        self.progress = progress
    }

    /// The next chunk; nil at the end.
    /// - Throws: `conflict` if a file has become shorter since it was listed.
    package func next() throws(BackendError) -> [UInt8]? {
        do {
            return try chunk()
        } catch {
            let error = error as? BackendError ?? BackendError(.internalFault, "The files cannot be copied: \(error).")
            failure = error
            throw error
        }
    }

    private func chunk() throws -> [UInt8]? {
        if hasEnded { return nil }
        let writer = try writer ?? ArchiveWriter()
        self.writer = writer
        while writer.count < Self.chunkBytes {
            if let open {
                try copy(open, to: writer)
            } else if let entry = entries.popFirst() {
                try writer.add(entry.archived)
                switch entry.content {
                case .folder: break
                case .bytes(let content): try writer.write(content[...])
                case .file(let path, let size): open = (try FileReader(path), size)
                }
            } else {
                try writer.finish()
                hasEnded = true
                break
            }
        }
        return writer.take()
    }

    private func copy(_ file: (reader: FileReader, left: Int64), to writer: ArchiveWriter) throws {
        guard file.left > 0 else {
            open = nil
            return
        }
        let bytes = try file.reader.read(Int(min(file.left, Int64(Self.chunkBytes))))
        guard !bytes.isEmpty else {
            throw BackendError(.conflict, "\(file.reader.path) became shorter while it was read.")
        }
        try writer.write(bytes[...])
        open = (file.reader, file.left - Int64(bytes.count))
        progress(Int64(bytes.count))
    }
}
