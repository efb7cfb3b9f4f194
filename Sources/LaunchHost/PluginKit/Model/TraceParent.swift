internal import LaunchCrypto

/// The place of a run in a distributed trace: the header `traceparent` of W3C's Trace Context, version 00.
package struct TraceParent: Sendable, Hashable, CustomStringConvertible {
    /// The ID of the trace: 32 lower-case hex digits, not all 0.
    package let trace: String
    /// The ID of the span that is the parent: 16 lower-case hex digits, not all 0.
    package let span: String
    /// Whether the caller records its spans.
    package let isSampled: Bool

    /// Reads the header. Nil if it is not valid; a later version is read by its first four fields, as W3C demands.
    package init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        let fields = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 4, Self.isHex(fields[0], 2), fields[0] != "ff", Self.isHex(fields[1], 32),
            Self.isHex(fields[2], 16), Self.isHex(fields[3], 2), fields[0] != "00" || fields.count == 4,
            fields[1].contains(where: { $0 != "0" }), fields[2].contains(where: { $0 != "0" }),
            let flags = UInt8(fields[3], radix: 16)
        else { return nil }
        (trace, span, isSampled) = (fields[1], fields[2], flags & 1 == 1)
    }

    /// A new trace that begins with the span of a run.
    package static func random(for run: RunID) -> TraceParent {
        TraceParent(
            trace: hex(UInt64.random(in: 1 ... .max)) + hex(UInt64.random(in: 1 ... .max)), span: span("run", of: run),
            isSampled: true)
    }

    private init(trace: String, span: String, isSampled: Bool) {
        (self.trace, self.span, self.isSampled) = (trace, span, isSampled)
    }

    /// The same trace, with the span of a run as the parent: what the run's program gets.
    package func of(_ run: RunID) -> TraceParent {
        TraceParent(trace: trace, span: Self.span("run", of: run), isSampled: isSampled)
    }

    /// The ID of a span of a run. It follows from the run ID, so every program gives a span the same ID.
    package static func span(_ name: String, of run: RunID) -> String {
        let digest = SHA256.hex("\(run.rawValue)/\(name)".utf8).prefix(16)
        // A span of zeros only is not valid.
        return digest.allSatisfy { $0 == "0" } ? "1" + digest.dropFirst() : String(digest)
    }

    /// The header.
    package var description: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

    private static func isHex(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
