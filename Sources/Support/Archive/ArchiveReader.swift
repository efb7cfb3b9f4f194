/// Reads a tar archive from asynchronous chunks, with bounded memory.
///
/// The archive may come from an untrusted source. Any bytes result in parts or in an `ArchiveError`. A header is
/// limited to `maxHeaderBytes`. The sizes that the headers declare are not limited, and holes of sparse files are
/// returned as zeros: the caller must compare `size` and the bytes with its own limit, and can stop reading at any
/// part.
public struct ArchiveReader {
    /// The maximum size of all headers of one entry together. libarchive itself limits each header to 1 MiB, but not
    /// the list of a sparse file's parts.
    public static let maxHeaderBytes = 4 << 20

    private let pull: () async throws -> [UInt8]?
    private var turns: ReaderTurns?
    private var parts: ArraySlice<ArchivePart> = []
    private var request = ReaderTurns.Request.bytes

    /// - Parameter pull: returns the next bytes of the archive, and nil at its end.
    public init(_ pull: @escaping () async throws -> [UInt8]?) {
        self.pull = pull
    }

    /// The next part; nil at the end of the archive. Bytes after the end of the archive are not read.
    /// - Throws: `ArchiveError`, and the errors of `pull`. A call after an `ArchiveError` throws it again.
    public mutating func next() async throws -> ArchivePart? {
        while true {
            if let part = parts.popFirst() { return part }
            let output: ReaderTurns.Output
            switch request {
            case .ended(let error):
                if let error { throw error }
                return nil
            case .bytes:
                let chunk = try await pull()
                let turns = try begun()
                output = await turns.resume(with: chunk.map { .bytes($0) } ?? .end)
            case .nothing:
                output = try await begun().resume(with: .bytes([]))
            }
            parts = output.parts[...]
            request = output.request
        }
    }

    private mutating func begun() throws -> ReaderTurns {
        if let turns { return turns }
        let turns = try ReaderTurns()
        self.turns = turns
        return turns
    }
}
