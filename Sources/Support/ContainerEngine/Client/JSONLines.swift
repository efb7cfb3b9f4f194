/// Splits a stream of JSON documents, one per line.
struct JSONLines: Sendable {
    private static let limit = 1 << 20
    private var ready: ArraySlice<[UInt8]> = []
    private var rest: [UInt8] = []

    /// Adds bytes.
    /// - Throws: `protocolFault` if a document is larger than 1 MiB.
    mutating func feed(_ bytes: [UInt8]) throws(EngineError) {
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            rest += part
            if rest.contains(where: { $0 > UInt8(ascii: " ") }) { ready.append(rest) }
            rest = []
        }
        rest += bytes[((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)...]
        guard rest.count <= Self.limit else {
            throw EngineError(.protocolFault, "The engine sent a line of more than 1 MiB; short lines are expected.")
        }
    }

    /// The next complete document.
    mutating func next() -> [UInt8]? { ready.popFirst() }

    /// The text after the last line break.
    mutating func finish() -> [UInt8]? {
        defer { rest = [] }
        return rest.contains(where: { $0 > UInt8(ascii: " ") }) ? rest : nil
    }
}
