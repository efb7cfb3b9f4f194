internal import LaunchLines

/// Splits a stream of JSON documents, one per line.
struct JSONLines: Sendable {
    private var buffer = LineBuffer(limit: 1 << 20)
    private var ready: ArraySlice<[UInt8]> = []

    /// Adds bytes.
    /// - Throws: `protocolFault` if a document is larger than 1 MiB.
    mutating func feed(_ bytes: [UInt8]) throws(EngineError) {
        buffer.append(bytes)
        while let line = buffer.next() {
            guard !line.continues else {
                throw EngineError(
                    .protocolFault, "The engine sent a line of more than 1 MiB; short lines are expected.")
            }
            if Self.hasText(line.bytes) { ready.append(line.bytes) }
        }
    }

    /// The next complete document.
    mutating func next() -> [UInt8]? { ready.popFirst() }

    /// The text after the last line break.
    mutating func finish() -> [UInt8]? {
        buffer.finish().flatMap { Self.hasText($0.bytes) ? $0.bytes : nil }
    }

    private static func hasText(_ bytes: [UInt8]) -> Bool { bytes.contains { $0 > UInt8(ascii: " ") } }
}
