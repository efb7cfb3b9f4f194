internal import LaunchLines

/// A position in a log file, and the lines after it. Pure: it gets the bytes.
///
/// A cursor is `OFFSET-CHECK`: the number of bytes before the position, and a check of the last of them. Without the
/// check, as in cursors of earlier versions, only the size of the file tells whether it is the same.
struct FileLogPosition: Sendable, Hashable {
    /// The number of bytes before the position.
    private(set) var offset: UInt64 = 0
    /// The check of the bytes before the position; nil if it is not known.
    private var check: UInt32?

    /// How many bytes before a position its check covers.
    static let checked = 64
    /// The longest piece of a line. An invalid byte becomes a replacement character of three bytes, and a piece must be
    /// smaller than 64 KiB.
    static let longest = 21_000

    /// The beginning of a file.
    init() {}

    /// The position of a cursor. One that this type did not make is the beginning.
    init(_ cursor: LogCursor?) {
        let parts = cursor?.rawValue.split(separator: "-", maxSplits: 1) ?? []
        guard let first = parts.first, let offset = UInt64(first) else { return }
        self.offset = offset
        if parts.count == 2 { check = UInt32(parts[1], radix: 16) }
    }

    /// Whether the position is one of a file that has these bytes directly before it. False for a shorter file.
    func fits(_ before: [UInt8]) -> Bool {
        guard before.count == Int(min(offset, UInt64(Self.checked))) else { return false }
        return check.map { $0 == Self.check(before[...]) } ?? true
    }

    /// The lines after the position, which moves to the end of the last of them.
    /// - Parameters:
    ///   - before: the bytes directly before the position; `fits` holds for them.
    ///   - after: the bytes after it.
    ///   - isLast: whether nothing follows the bytes, so that the last line is complete without a line break.
    mutating func take(before: [UInt8], after: [UInt8], isLast: Bool) -> [LogLine] {
        let bytes = before + after
        var end = before.count
        var lines: [LogLine] = []
        func give(_ piece: LineBuffer.Piece) {
            end += piece.length
            offset += UInt64(piece.length)
            check = Self.check(bytes[..<end].suffix(Self.checked))
            lines.append(LogLine(text: piece.text, cursor: cursor, continues: piece.continues))
        }
        var buffer = LineBuffer(limit: Self.longest)
        buffer.append(after)
        while let piece = buffer.next() { give(piece) }
        if isLast, let rest = buffer.finish() { give(rest) }
        return lines
    }

    private var cursor: LogCursor {
        LogCursor(rawValue: check.map { "\(offset)-\(String($0, radix: 16))" } ?? "\(offset)")
    }

    /// FNV-1a. It tells files apart by mistake only once in four billion times, which costs a part of a log.
    private static func check(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
