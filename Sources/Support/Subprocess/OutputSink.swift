import Glibc

/// Collects, splits or discards the bytes of one output stream.
struct OutputSink: Sendable {
    private(set) var collected: [UInt8] = []
    private(set) var isTruncated = false
    private let output: Subprocess.Output
    private var line: [UInt8] = []

    /// The longest line that is delivered in one piece, in bytes.
    static let longestLine = 64 << 10

    init(_ output: Subprocess.Output) {
        self.output = output
    }

    mutating func take(_ piece: ArraySlice<UInt8>) async {
        switch output {
        case .discard:
            break
        case .collect(let maxBytes):
            let room = max(0, maxBytes - collected.count)
            collected += piece.prefix(room)
            if piece.count > room { isTruncated = true }
        case .lines(let callback):
            await split(piece, callback)
        }
    }

    /// Delivers a last line without a line end.
    mutating func finish() async {
        if case .lines(let callback) = output, !line.isEmpty {
            await callback(String(decoding: line, as: UTF8.self))
            line = []
        }
    }

    /// Uses `memchr`: `firstIndex(of:)` reads one byte at a time, and took most of the time of a long output.
    private static func lineEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let end = memchr(start, 0x0a, buffer.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(end) - start)
        }
    }

    private mutating func split(_ piece: ArraySlice<UInt8>, _ callback: (String) async -> Void) async {
        var rest = piece
        while !rest.isEmpty, !Task.isCancelled {
            let room = Self.longestLine - line.count
            let part = rest.prefix(room)
            if let end = Self.lineEnd(part) {
                line += part[..<end]
                rest = rest[(end + 1)...]
            } else {
                line += part
                rest = rest.dropFirst(part.count)
                // A line of exactly the limit waits for its line end, so that no empty line follows it.
                guard line.count == Self.longestLine, let next = rest.first else { continue }
                if next == UInt8(ascii: "\n") { rest = rest.dropFirst() }
            }
            await callback(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
        }
    }
}
