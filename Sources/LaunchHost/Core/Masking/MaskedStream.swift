/// Masks text that arrives in pieces, even if a secret is split between pieces.
///
/// It holds back less than one window of a secret. A line break releases everything, because no pattern contains one.
package struct MaskedStream: Sendable {
    private let mask: SecretMask
    private var held: [UInt8] = []
    /// The number of held bytes that belong to a secret that began before them.
    private var heldSecret = 0
    /// Whether the output so far ends with a mark.
    private var isInSecret = false

    init(_ mask: SecretMask) {
        self.mask = mask
    }

    /// The number of bytes that are held back.
    package var heldCount: Int { held.count }

    /// Adds a piece, and returns the masked bytes that are complete.
    package mutating func take(_ piece: some Sequence<UInt8>) -> [UInt8] {
        held += piece
        let index = mask.currentIndex()
        let lineEnd = held.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return give(upTo: max(lineEnd, held.count - max(0, index.longest - 1), 0), index)
    }

    /// Returns the held bytes, masked. The next piece begins a new text.
    package mutating func finish() -> [UInt8] {
        defer { isInSecret = false }
        return give(upTo: held.count, mask.currentIndex())
    }

    private mutating func give(upTo end: Int, _ index: SecretIndex) -> [UInt8] {
        var given: [UInt8] = []
        var position = 0
        var secretEnd = heldSecret
        if heldSecret > 0 { giveSecret(&given, &position, min(heldSecret, end)) }
        for range in index.ranges(in: held) {
            guard range.lowerBound < end else { break }
            if range.lowerBound > position {
                given += held[position..<range.lowerBound]
                position = range.lowerBound
                isInSecret = false
            }
            secretEnd = max(secretEnd, range.upperBound)
            giveSecret(&given, &position, min(range.upperBound, end))
        }
        if position < end {
            given += held[position..<end]
            isInSecret = false
        }
        heldSecret = max(0, secretEnd - end)
        held.removeFirst(end)
        return given
    }

    private mutating func giveSecret(_ given: inout [UInt8], _ position: inout Int, _ end: Int) {
        guard end > position else { return }
        if !isInSecret { given += SecretMask.mark.utf8 }
        isInSecret = true
        position = end
    }
}
