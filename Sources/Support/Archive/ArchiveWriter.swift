/// Writes a tar archive in chunks, with bounded memory: add an entry and its content, and take the bytes so far.
///
/// The format is that of GNU tar. It supports names of any bytes and length, sizes above 8 GiB and large user IDs. GNU
/// tar and all engines read it. The pax format of libarchive converts names from the locale's character set, and adds a
/// header to names that it cannot convert. GNU tar warns about that header.
public final class ArchiveWriter {
    private let encoder: TarEncoder
    /// The bytes of the current file that are still to be written.
    private var left: Int64 = 0

    /// - Parameters:
    ///   - isCompressed: whether the archive is compressed with gzip.
    ///   - isFast: whether gzip trades size for speed. Source code becomes about a fifth larger, in a third of the time.
    public init(isCompressed: Bool = false, isFast: Bool = false) throws(ArchiveError) {
        encoder = try TarEncoder(isCompressed: isCompressed, isFast: isFast)
    }

    /// Adds an entry. The content of a file follows in calls of `write`.
    /// - Throws: `invalid` if the content of the preceding file is incomplete, or if the entry cannot be written.
    public func add(_ entry: ArchiveEntry) throws(ArchiveError) {
        try checkComplete()
        guard !entry.path.isEmpty, !entry.path.contains(0) else {
            throw ArchiveError(.invalid, "A name is empty or has a zero byte")
        }
        guard entry.size >= 0, entry.size == 0 || entry.kind == .file else {
            throw ArchiveError(.invalid, "Only a file has a size")
        }
        try encoder.begin(entry)
        left = entry.size
    }

    /// Adds bytes to the file.
    /// - Throws: `invalid` if these are more than the entry declares.
    public func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        guard Int64(bytes.count) <= left else {
            throw ArchiveError(.invalid, "A file has more bytes than its entry declares")
        }
        try encoder.write(bytes)
        left -= Int64(bytes.count)
    }

    /// Ends the archive.
    /// - Throws: `invalid` if the content of the last file is incomplete.
    public func finish() throws(ArchiveError) {
        try checkComplete()
        try encoder.finish()
    }

    /// The number of bytes that `take` would return.
    public var count: Int { encoder.count }

    /// The bytes of the archive since the last call. Some follow only with later entries or with `finish`.
    public func take() -> [UInt8] { encoder.take() }

    private func checkComplete() throws(ArchiveError) {
        guard left == 0 else { throw ArchiveError(.invalid, "A file has fewer bytes than its entry declares") }
    }
}
