internal import LaunchHost

/// Writes entries as a tar archive in chunks, with bounded memory.
actor TarStream {
    private static let chunkBytes = 256 << 10

    private var entries: ArraySlice<TarEntry>
    private var open: (reader: FileReader, left: Int64, size: Int64)?
    private var hasEnded = false
    /// Why the archive could not be written completely.
    private(set) var failure: BackendError?
    /// Gets the number of bytes that were read from a file.
    private let progress: @Sendable (Int64) -> Void

    init(_ entries: [TarEntry], progress: @escaping @Sendable (Int64) -> Void = { _ in }) {
        self.entries = entries[...]
        self.progress = progress
    }

    /// The next chunk; nil at the end.
    /// - Throws: `conflict` if a file has become shorter since it was listed.
    func next() throws(BackendError) -> [UInt8]? {
        do {
            return try chunk()
        } catch {
            failure = error
            throw error
        }
    }

    private func chunk() throws(BackendError) -> [UInt8]? {
        if hasEnded { return nil }
        var bytes: [UInt8] = []
        while bytes.count < Self.chunkBytes {
            if let open {
                bytes += try read(open)
            } else if let entry = entries.popFirst() {
                bytes += entry.header
                switch entry.content {
                case .folder: break
                case .bytes(let content): bytes += content + Tar.padding(entry.size)
                case .file(let path, let size): open = (try FileReader(path), size, size)
                }
            } else {
                hasEnded = true
                return bytes + Tar.end
            }
        }
        return bytes
    }

    private func read(_ file: (reader: FileReader, left: Int64, size: Int64)) throws(BackendError) -> [UInt8] {
        guard file.left > 0 else {
            open = nil
            return Tar.padding(file.size)
        }
        let bytes = try file.reader.read(Int(min(file.left, Int64(Self.chunkBytes))))
        guard !bytes.isEmpty else {
            throw BackendError(.conflict, "\(file.reader.path) became shorter while it was read.")
        }
        open = (file.reader, file.left - Int64(bytes.count), file.size)
        progress(Int64(bytes.count))
        return bytes
    }
}
