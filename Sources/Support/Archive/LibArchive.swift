internal import CLaunchArchive
internal import Glibc
internal import LaunchConcurrency

// The only file of this target with unsafe pointers: libarchive's reader, its writer, and the thread of a reader.

/// libarchive's reader of tar archives. It is synchronous, and it waits in `pull`. One thread uses it.
///
/// Reads only the formats of tar, and does not decompress. So the archive cannot select a parser. It also cannot expand
/// to more bytes than it has, except for the holes of sparse files.
final class TarDecoder {
    enum Input {
        case bytes([UInt8])
        case end
        /// The archive has no reader.
        case closed
    }

    private let archive: OpaquePointer
    private let source: Source
    private var isOpen = false

    init(maxHeaderBytes: Int, pull: @escaping () -> Input) throws(ArchiveError) {
        guard let archive = archive_read_new() else { throw ArchiveError(.system, "libarchive has no memory") }
        self.archive = archive
        source = Source(maxHeaderBytes: maxHeaderBytes, pull: pull)
        archive_read_support_format_tar(archive)
        // An empty stream is an archive without entries.
        archive_read_support_format_empty(archive)
    }

    deinit { archive_read_free(archive) }

    /// The next entry; nil at the end of the archive.
    func next() throws(ArchiveError) -> ArchiveEntry? {
        source.headerBytes = 0
        defer { source.headerBytes = nil }
        var code = ARCHIVE_OK
        if !isOpen {
            isOpen = true
            let context = Unmanaged.passUnretained(source).toOpaque()
            code = archive_read_open(
                archive, context, nil,
                { _, context, start in
                    guard let context, let start else { return -1 }
                    return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().read(start)
                }, nil)
            guard code == ARCHIVE_OK else { throw fault() }
        }
        var entry: OpaquePointer?
        code = archive_read_next_header(archive, &entry)
        if code == ARCHIVE_EOF { return nil }
        // This number is a warning about a name that the C locale cannot represent; the name is unchanged. Every other
        // warning means that libarchive ignored a header, so the entry may have another name or content.
        guard code == ARCHIVE_OK || code == ARCHIVE_WARN && archive_errno(archive) == EILSEQ, let entry else {
            throw fault()
        }
        return try Self.value(of: entry)
    }

    /// The next bytes of the file, and their position in it; nil at its end.
    func block() throws(ArchiveError) -> (offset: Int64, bytes: [UInt8])? {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let code = archive_read_data_block(archive, &start, &count, &offset)
        if code == ARCHIVE_EOF { return nil }
        guard code == ARCHIVE_OK else { throw fault() }
        return (offset, Array(UnsafeRawBufferPointer(start: start, count: count)))
    }

    /// Skips the content of an entry that is not a file.
    func skip() throws(ArchiveError) {
        guard archive_read_data_skip(archive) == ARCHIVE_OK else { throw fault() }
    }

    private func fault() -> ArchiveError {
        if source.isOverLimit {
            return ArchiveError(.tooLarge, "It has a header of more than \(source.maxHeaderBytes) bytes")
        }
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "Damaged tar archive"
        return ArchiveError(source.hasEnded ? .truncated : .malformed, words)
    }

    private static func value(of entry: OpaquePointer) throws(ArchiveError) -> ArchiveEntry {
        guard let path = bytes(archive_entry_pathname(entry)) else {
            throw ArchiveError(.malformed, "It has an entry without a name")
        }
        let kind: ArchiveEntry.Kind
        if let target = bytes(archive_entry_hardlink(entry)) {
            kind = .hardLink(target)
        } else {
            switch archive_entry_filetype(entry) & Glibc.S_IFMT {
            case Glibc.S_IFREG: kind = .file
            case Glibc.S_IFDIR: kind = .folder
            case Glibc.S_IFLNK: kind = .link(bytes(archive_entry_symlink(entry)) ?? [])
            default: kind = .other
            }
        }
        let size = kind == .file ? archive_entry_size(entry) : 0
        guard size >= 0 else { throw ArchiveError(.malformed, "It has an entry with a negative size") }
        return ArchiveEntry(
            path: path, kind: kind, size: size, mode: UInt16(truncatingIfNeeded: archive_entry_perm(entry) & 0o7777),
            modified: Int64(archive_entry_mtime(entry)), user: UInt32(clamping: archive_entry_uid(entry)),
            group: UInt32(clamping: archive_entry_gid(entry)))
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
        text.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }

    /// The bytes that libarchive asks for. It may use a piece until it asks for the next one.
    private final class Source {
        /// The maximum number of bytes that one call of `next` reads before it finds its entry. In a larger piece,
        /// content would count as headers.
        private static let pieceBytes = 64 << 10

        let maxHeaderBytes: Int
        /// The bytes that were read for headers since the last content; nil while content is read.
        var headerBytes: Int?
        private(set) var isOverLimit = false
        private(set) var hasEnded = false
        private let pull: () -> Input
        private var chunk = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        private var position = 0

        init(maxHeaderBytes: Int, pull: @escaping () -> Input) {
            self.maxHeaderBytes = maxHeaderBytes
            self.pull = pull
        }

        deinit { chunk.deallocate() }

        /// The number of bytes at `start`; 0 at the end, -1 to end the reading.
        func read(_ start: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
            while position == chunk.count {
                switch pull() {
                case .closed: return -1
                case .end:
                    hasEnded = true
                    return 0
                case .bytes(let bytes):
                    chunk.deallocate()
                    chunk = .allocate(byteCount: bytes.count, alignment: 1)
                    chunk.copyBytes(from: bytes)
                    position = 0
                }
            }
            let count = min(Self.pieceBytes, chunk.count - position)
            if let known = headerBytes {
                headerBytes = known + count
                isOverLimit = known + count > maxHeaderBytes
                if isOverLimit { return -1 }
            }
            start.pointee = chunk.baseAddress.map { UnsafeRawPointer($0 + position) }
            position += count
            return count
        }
    }
}

/// libarchive's writer of tar archives. The archive collects in memory until `take`.
final class TarEncoder {
    private final class Sink {
        var bytes: [UInt8] = []
    }

    private let archive: OpaquePointer
    private let sink = Sink()

    init(isCompressed: Bool, isFast: Bool) throws(ArchiveError) {
        guard let archive = archive_write_new() else { throw ArchiveError(.system, "libarchive has no memory") }
        self.archive = archive
        archive_write_set_format_gnutar(archive)
        if isCompressed {
            try check(archive_write_add_filter_gzip(archive))
            // The same files result in the same bytes at any time.
            try check(archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
            if isFast { try check(archive_write_set_filter_option(archive, "gzip", "compression-level", "1")) }
        }
        // Do not fill the last block: it would be up to 10 KiB of zeros.
        archive_write_set_bytes_in_last_block(archive, 1)
        try check(
            archive_write_open2(
                archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
                { _, context, start, count in
                    guard let context else { return -1 }
                    Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().bytes
                        .append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
                    return count
                }, nil, nil))
    }

    deinit {
        // Otherwise libarchive would complete the archive now.
        archive_write_fail(archive)
        archive_write_free(archive)
    }

    /// Begins an entry. A time outside the range of the plain header becomes the nearest one inside it.
    func begin(_ value: ArchiveEntry) throws(ArchiveError) {
        guard let entry = archive_entry_new() else { throw ArchiveError(.system, "libarchive has no memory") }
        defer { archive_entry_free(entry) }
        archive_entry_copy_pathname(entry, Self.text(value.path))
        switch value.kind {
        case .file: archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
        case .folder: archive_entry_set_filetype(entry, UInt32(Glibc.S_IFDIR))
        case .link(let target):
            archive_entry_set_filetype(entry, UInt32(Glibc.S_IFLNK))
            archive_entry_copy_symlink(entry, Self.text(target))
        case .hardLink(let target):
            archive_entry_set_filetype(entry, UInt32(Glibc.S_IFREG))
            archive_entry_copy_hardlink(entry, Self.text(target))
        case .other: throw ArchiveError(.invalid, "A special file cannot be written")
        }
        archive_entry_set_size(entry, value.size)
        archive_entry_set_perm(entry, mode_t(value.mode & 0o7777))
        archive_entry_set_mtime(entry, time_t(min(max(0, value.modified), 0o77777777777)), 0)
        archive_entry_set_uid(entry, Int64(value.user))
        archive_entry_set_gid(entry, Int64(value.group))
        try check(archive_write_header(archive, entry))
    }

    /// Adds content of the entry.
    func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            guard count > 0 else { throw fault() }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes the end of the archive.
    func finish() throws(ArchiveError) { try check(archive_write_close(archive)) }

    /// The number of bytes that `take` would return.
    var count: Int { sink.bytes.count }

    /// The bytes of the archive since the last call.
    func take() -> [UInt8] {
        defer { sink.bytes = [] }
        return sink.bytes
    }

    private func check(_ code: Int32) throws(ArchiveError) {
        if code != ARCHIVE_OK { throw fault() }
    }

    private func fault() -> ArchiveError {
        ArchiveError(.invalid, archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed")
    }

    private static func text(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }
}

/// A thread that blocks all signals and has the C locale.
///
/// libarchive converts names of a pax header to the locale's character set. In a locale with UTF-8 it also composes
/// letters and accents, so two files could get one name. In the C locale it leaves names that are not ASCII unchanged.
enum ArchiveThread {
    /// Runs the body on a new thread. False if the system cannot start one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        QuietThread.start(()) {
            launch_use_c_locale()
            body()
        }
    }
}
