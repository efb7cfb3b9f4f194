import Glibc

/// Assembles chunks of bytes into lines of bounded length.
///
/// A line ends with a line feed, which is not part of its text. A carriage return is kept, because progress bars need
/// it. A longer line than the limit is returned in pieces, each of whole UTF-8 characters. A line of exactly the limit
/// is one piece. The buffer holds the limit and one chunk at most, as long as its pieces are taken after each chunk.
public struct LineBuffer: Sendable {
    /// A line, or a part of a long line.
    public struct Piece: Sendable, Equatable {
        /// The bytes without the line feed.
        public let bytes: [UInt8]
        /// Whether the line continues in the next piece.
        public let continues: Bool
        /// The number of bytes in the stream, including the line feed.
        public let length: Int

        /// The bytes as text. An invalid byte becomes a replacement character, which is longer than the byte.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let limit: Int
    private var pending: [UInt8] = []
    /// The bytes of `pending` before this index are taken.
    private var start = 0
    /// No line feed is between `start` and this index.
    private var searched = 0

    /// A buffer without bytes.
    /// - Parameter limit: the largest size of a piece, in bytes; at least 4, so that a character fits.
    public init(limit: Int) {
        self.limit = max(limit, 4)
    }

    /// Whether all bytes are taken.
    public var isEmpty: Bool { start == pending.count }

    /// Adds the next bytes of the stream.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        pending.removeFirst(start)
        searched -= start
        start = 0
        pending += bytes
    }

    /// Takes the next complete line, or a piece of a line that is longer than the limit; nil if more bytes are needed.
    public mutating func next() -> Piece? {
        let window = min(pending.count, start + limit + 1)
        if let lineFeed = lineFeed(in: searched..<window) {
            return take(lineFeed - start, continues: false, lineFeed: 1)
        }
        searched = window
        guard pending.count - start > limit else { return nil }
        return take(TextCut.length(of: pending[start...], limit: limit), continues: true, lineFeed: 0)
    }

    /// Takes the last line of a stream that ended without a line feed. Call it when `next()` returns nil.
    public mutating func finish() -> Piece? {
        isEmpty ? nil : take(pending.count - start, continues: false, lineFeed: 0)
    }

    /// Discards all bytes.
    public mutating func removeAll() {
        pending.removeAll(keepingCapacity: true)
        (start, searched) = (0, 0)
    }

    private mutating func take(_ count: Int, continues: Bool, lineFeed: Int) -> Piece {
        let piece = Piece(
            bytes: Array(pending[start..<(start + count)]), continues: continues, length: count + lineFeed)
        start += piece.length
        searched = max(searched, start)
        return piece
    }

    /// Uses `memchr`: `firstIndex(of:)` reads one byte at a time, and took most of the time of a long output.
    private func lineFeed(in range: Range<Int>) -> Int? {
        pending[range].withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress, let found = memchr(first, 0x0a, bytes.count) else { return nil }
            return range.lowerBound + (UnsafeRawPointer(found) - first)
        }
    }
}
