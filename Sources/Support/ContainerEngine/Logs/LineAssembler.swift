/// Joins the entries of one output into lines.
///
/// The engine splits output without a line break into entries of 16 KiB; only the last entry ends with a line break.
/// Memory is bounded: after 64 KiB, a part of the line is emitted.
struct LineAssembler {
    /// The largest text of one part, in bytes.
    static let limit = 65_536

    private let stream: EngineLogLine.Stream
    private var buffer: [UInt8] = []
    /// When the incomplete line began; nil between lines.
    private(set) var openSince: EngineTime?
    private(set) var isOpen = false

    init(_ stream: EngineLogLine.Stream) {
        self.stream = stream
    }

    /// Adds the bytes of an entry with the given time; the bytes do not include the time.
    mutating func take(_ bytes: ArraySlice<UInt8>, at time: EngineTime?, into lines: inout [EngineLogLine]) {
        var rest = bytes
        while !rest.isEmpty {
            if !isOpen {
                isOpen = true
                openSince = time
            }
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            append(rest[..<(end ?? rest.endIndex)], into: &lines)
            guard let end else { return }
            give(continues: false, into: &lines)
            rest = rest[(end + 1)...]
        }
    }

    /// Emits the rest of a line without a line break.
    mutating func finish(into lines: inout [EngineLogLine]) {
        if isOpen { give(continues: false, into: &lines) }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, into lines: inout [EngineLogLine]) {
        var rest = bytes
        // A full buffer is emitted only when more bytes come, so that a line of exactly 64 KiB is one part.
        while buffer.count + rest.count > Self.limit {
            let room = Self.limit - buffer.count
            buffer += rest.prefix(room)
            rest = rest.dropFirst(room)
            let kept = Self.incompleteTail(buffer)
            let tail = Array(buffer.suffix(kept))
            buffer.removeLast(kept)
            give(continues: true, into: &lines)
            buffer = tail
        }
        buffer += rest
    }

    private mutating func give(continues: Bool, into lines: inout [EngineLogLine]) {
        var text = Substring(String(decoding: buffer, as: UTF8.self))
        // Replacing invalid UTF-8 may have made the text longer than its bytes.
        while text.utf8.count > Self.limit {
            var cut = text.utf8.index(text.startIndex, offsetBy: Self.limit)
            while text.utf8[cut] & 0xC0 == 0x80 { cut = text.utf8.index(before: cut) }
            lines.append(EngineLogLine(stream: stream, time: openSince, text: String(text[..<cut]), continues: true))
            text = text[cut...]
        }
        lines.append(EngineLogLine(stream: stream, time: openSince, text: String(text), continues: continues))
        buffer.removeAll(keepingCapacity: true)
        if !continues {
            isOpen = false
            openSince = nil
        }
    }

    /// The number of bytes at the end that begin an incomplete UTF-8 character: 0 to 3.
    private static func incompleteTail(_ bytes: [UInt8]) -> Int {
        for (distance, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            let length = byte >= 0xF0 ? 4 : (byte >= 0xE0 ? 3 : (byte >= 0xC0 ? 2 : 1))
            return length > distance + 1 ? distance + 1 : 0
        }
        return 0
    }
}
