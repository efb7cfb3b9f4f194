internal import LaunchLines

/// Collects, splits or discards the bytes of one output stream.
struct OutputSink: Sendable {
    private(set) var collected: [UInt8] = []
    private(set) var isTruncated = false
    private let output: Subprocess.Output
    private var buffer = LineBuffer(limit: Self.longestLine)

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
        if case .lines(let callback) = output, let rest = buffer.finish() { await callback(rest.text) }
    }

    /// Delivers each complete line, and a longer line than the limit in pieces. A cancellation discards the rest.
    private mutating func split(_ piece: ArraySlice<UInt8>, _ callback: (String) async -> Void) async {
        buffer.append(piece)
        while !Task.isCancelled {
            guard let line = buffer.next() else { return }
            await callback(line.text)
        }
        buffer.removeAll()
    }
}
