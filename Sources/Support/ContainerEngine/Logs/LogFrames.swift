/// Decodes the body of the engine's log call, in chunks, into lines with their times.
///
/// Without a terminal the body consists of frames: one byte for the stream, three zero bytes, four bytes for the
/// length, then the entry, which begins with its time and a space. With a terminal it consists of the entries alone.
/// Memory is bounded for any input.
public struct LogFrames: Sendable {
    private static let headerSize = 8
    /// The engine's times are shorter. A longer text is not a time.
    private static let longestTime = 40

    private let framed: Bool
    private var header: [UInt8] = []
    private var remaining = 0
    private var stream = EngineLogLine.Stream.stdout
    /// The beginning of an entry until its time is complete; nil after the time.
    private var prefix: [UInt8]? = []
    private var time: EngineTime?
    private var stdout = LineAssembler(.stdout)
    private var stderr = LineAssembler(.stderr)

    /// A decoder; `framed` is false for a container with a terminal.
    public init(framed: Bool) {
        self.framed = framed
    }

    /// The earliest beginning of an incomplete line; nil if all lines are complete.
    public var openSince: EngineTime? {
        [stdout, stderr].filter(\.isOpen).map { $0.openSince ?? EngineTime(nanoseconds: 0) }.min()
    }

    /// The lines that `bytes` complete, in the order of their completion.
    /// - Throws: `protocolFault` if the bytes are not frames.
    public mutating func feed(_ bytes: [UInt8]) throws(EngineError) -> [EngineLogLine] {
        var lines: [EngineLogLine] = []
        var rest = bytes[...]
        guard framed else {
            feedRaw(rest, into: &lines)
            return lines
        }
        while !rest.isEmpty {
            if remaining == 0 {
                try readHeader(&rest)
                // The header is incomplete, or belongs to an empty frame; another header follows.
                if remaining == 0 { continue }
            }
            let part = rest.prefix(remaining)
            rest = rest.dropFirst(part.count)
            remaining -= part.count
            feedEntry(part, isLast: remaining == 0, into: &lines)
        }
        return lines
    }

    /// The rest of a complete log: a last line without a line break.
    public mutating func finish() -> [EngineLogLine] {
        var lines: [EngineLogLine] = []
        if let prefix, !prefix.isEmpty { take(prefix[...], into: &lines) }
        prefix = []
        stdout.finish(into: &lines)
        stderr.finish(into: &lines)
        return lines
    }

    /// Parses the available part of a frame's header. When it is complete, `remaining` becomes the size of the entry.
    private mutating func readHeader(_ rest: inout ArraySlice<UInt8>) throws(EngineError) {
        let part = rest.prefix(Self.headerSize - header.count)
        header += part
        rest = rest.dropFirst(part.count)
        guard header.count == Self.headerSize else { return }
        guard header[0] <= 2, header[1...3].allSatisfy({ $0 == 0 }) else {
            throw EngineError(.protocolFault, "The engine's log does not consist of frames, as its API specifies")
        }
        stream = header[0] == 2 ? .stderr : .stdout
        remaining = header[4...].reduce(0) { $0 << 8 | Int($1) }
        header.removeAll(keepingCapacity: true)
        prefix = []
    }

    private mutating func feedEntry(
        _ part: ArraySlice<UInt8>, isLast: Bool, into lines: inout [EngineLogLine]
    ) {
        guard var begin = prefix else {
            take(part, into: &lines)
            return
        }
        begin += part
        let space = begin.prefix(Self.longestTime).firstIndex(of: UInt8(ascii: " "))
        guard space != nil || isLast || begin.count >= Self.longestTime else {
            prefix = begin
            return
        }
        prefix = nil
        time = space.flatMap { EngineTime(utf8: begin[..<$0]) }
        if let space, time != nil {
            take(begin[(space + 1)...], into: &lines)
        } else {
            take(begin[...], into: &lines)
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, into lines: inout [EngineLogLine]) {
        switch stream {
        case .stdout: stdout.take(bytes, at: time, into: &lines)
        case .stderr: stderr.take(bytes, at: time, into: &lines)
        }
    }

    /// Without frames, each line begins with a time.
    private mutating func feedRaw(_ bytes: ArraySlice<UInt8>, into lines: inout [EngineLogLine]) {
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let part = rest[..<(end.map { $0 + 1 } ?? rest.endIndex)]
            rest = rest[part.endIndex...]
            feedEntry(part, isLast: end != nil, into: &lines)
            if end != nil { prefix = [] }
        }
    }
}
