internal import LaunchBlobs
internal import LaunchCrypto

/// A snapshot as a blob: a header with its entries, then the bytes of its files in the order of the entries.
///
/// The value is what a submitter adds to a shared store under the name of the snapshot. It comes from outside, so
/// `check` comes before its use.
struct PackedSource: Sendable, Hashable, Codable {
    /// The only format so far.
    static let format = 1
    /// The maximum size of the header in bytes.
    static let largestHeader = 64 << 20

    var format: Int
    /// The size of the header in bytes. It is the JSON of the entries.
    var header: Int
    /// The pieces in order.
    var pieces: [Piece]

    /// The size of the blob in bytes.
    var total: Int64 { pieces.reduce(Int64(0)) { $0 + Int64($1.size) } }

    /// Checks what the value promises, before anything is fetched.
    /// - Throws: `.invalid` for another format, invalid names or sizes, and a blob over the limit.
    func check(_ limits: SourceLimits) throws(LaunchError) {
        guard format == Self.format else {
            throw LaunchError(
                .invalid, "the source was sent by a newer launch (format \(format)).", hint: "Update this one.")
        }
        guard pieces.allSatisfy(\.isValid), (2...Self.largestHeader).contains(header), Int64(header) <= total else {
            throw LaunchError(.invalid, "the list of the source's pieces is damaged.", hint: "Submit the source again.")
        }
        try limits.check(entries: 0, bytes: total - Int64(header))
    }

    /// One entry of the header.
    struct Entry: Sendable, Hashable, Codable {
        enum Kind: String, Sendable, Codable { case file, folder, link }

        var path: String
        var kind: Kind
        var mode: UInt32
        var size: Int64?
        var target: String?

        init(_ entry: ContextEntry) {
            (path, mode) = (entry.path, entry.mode)
            switch entry.kind {
            case .file: (kind, size) = (.file, entry.size)
            case .folder: kind = .folder
            case .link(let target): (kind, self.target) = (.link, target)
            }
        }

        /// The entry, or nil if its members contradict its kind.
        var contextEntry: ContextEntry? {
            let kind: ContextEntry.Kind
            switch (self.kind, size, target) {
            case (.file, let size?, nil) where size >= 0: kind = .file
            case (.folder, nil, nil): kind = .folder
            case (.link, nil, let target?) where !target.isEmpty && !target.utf8.contains(0):
                kind = .link(target: target)
            default: return nil
            }
            guard mode <= 0o7777 else { return nil }
            return ContextEntry(path: path, kind: kind, mode: mode, size: size ?? 0)
        }
    }
}

/// Where the pieces of a snapshot begin and end: a pure function of the sizes and the paths, so that most pieces of two
/// versions of a source are the same.
///
/// A piece ends after a file whose path has a certain hash (one in 16), so a file that is added, removed or changed
/// changes the pieces up to the next such path only. A file that does not fit has pieces of its own.
struct PieceLayout: Sendable, Hashable {
    /// The end of each piece.
    private(set) var ends: [Int64] = []
    private var start: Int64 = 0

    /// - Parameters:
    ///   - header: the size of the header in bytes.
    ///   - files: the paths and sizes of the files, in order.
    ///   - largest: the maximum size of a piece in bytes.
    init(header: Int64, files: [(path: String, size: Int64)], largest: Int64 = Int64(Piece.largest)) {
        var end = header
        cut(upTo: end, largest)
        for file in files {
            if end - start + file.size > largest { cut(upTo: end, largest) }
            end += file.size
            if end - start > largest || Self.isMark(file.path) { cut(upTo: end, largest) }
        }
        cut(upTo: end, largest)
    }

    /// The bytes of each piece.
    var ranges: [Range<Int64>] { zip([0] + ends, ends).map { $0..<$1 } }

    private mutating func cut(upTo end: Int64, _ largest: Int64) {
        while start < end {
            start = min(start + largest, end)
            ends.append(start)
        }
    }

    private static func isMark(_ path: String) -> Bool {
        SHA256.hash(path.utf8).first.map { $0 & 15 == 0 } ?? false
    }
}
