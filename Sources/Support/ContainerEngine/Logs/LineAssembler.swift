internal import LaunchLines

/// Joins the entries of one output into lines.
///
/// The engine splits output without a line break into entries of 16 KiB; only the last entry ends with a line break.
/// Memory is bounded: after 64 KiB, a part of the line is emitted.
struct LineAssembler {
    /// The largest text of one part, in bytes.
    static let limit = 65_536

    private let stream: EngineLogLine.Stream
    private var buffer = LineBuffer(limit: Self.limit)
    /// When the incomplete line began; nil between lines.
    private(set) var openSince: EngineTime?

    init(_ stream: EngineLogLine.Stream) {
        self.stream = stream
    }

    var isOpen: Bool { !buffer.isEmpty }

    /// Adds the bytes of an entry with the given time; the bytes do not include the time.
    mutating func take(_ bytes: ArraySlice<UInt8>, at time: EngineTime?, into lines: inout [EngineLogLine]) {
        if !isOpen { openSince = time }
        buffer.append(bytes)
        while let piece = buffer.next() {
            give(piece, into: &lines)
            if !piece.continues { openSince = isOpen ? time : nil }
        }
    }

    /// Emits the rest of a line without a line break.
    mutating func finish(into lines: inout [EngineLogLine]) {
        if let rest = buffer.finish() { give(rest, into: &lines) }
        openSince = nil
    }

    private func give(_ piece: LineBuffer.Piece, into lines: inout [EngineLogLine]) {
        // Replacing invalid UTF-8 may make the text longer than its bytes.
        let parts = TextCut.parts(of: piece.text, limit: Self.limit)
        for (index, part) in parts.enumerated() {
            let continues = piece.continues || index < parts.count - 1
            lines.append(EngineLogLine(stream: stream, time: openSince, text: String(part), continues: continues))
        }
    }
}
