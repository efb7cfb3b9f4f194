/// All windows of all secrets. One pass over a text finds them, however many there are.
///
/// A window is a sequence of bytes from a pattern. It is looked up by its last six bytes, and then compared byte by
/// byte.
struct SecretIndex: Sendable {
    private struct Window: Sendable {
        /// The end of the window in `bytes`.
        var end: Int32
        var length: Int32
        /// The index of the next window with the same last bytes, or -1.
        var next: Int32
    }

    private var bytes: [UInt8] = []
    private var windows: [Window] = []
    private var heads: [UInt64: Int32] = [:]
    /// One bit for each hash of last bytes: most positions of a text need no lookup in `heads`.
    private var filter: [UInt64] = []
    /// The length of the longest window in bytes.
    private(set) var longest = 0

    private static let filterBits: UInt64 = 20

    /// The number of windows.
    var count: Int { windows.count }
    var isEmpty: Bool { windows.isEmpty }

    /// Adds all forms of a secret.
    mutating func add(_ secret: SecretForm) {
        if filter.isEmpty { filter = [UInt64](repeating: 0, count: 1 << (Int(Self.filterBits) - 6)) }
        for pattern in secret.patterns {
            let length = min(pattern.count, secret.partLength)
            let start = bytes.count
            guard let last = Int32(exactly: start + pattern.count), last < .max else { return }
            bytes += pattern
            for offset in 0...(pattern.count - length) { addWindow(end: start + offset + length, length: length) }
        }
    }

    private mutating func addWindow(end: Int, length: Int) {
        var key: UInt64 = 0
        for byte in bytes[(end - SecretForm.shortest)..<end] { key = Self.key(key, byte) }
        let head = heads[key] ?? -1
        // The forms of one secret share most of their windows.
        var other = head
        while other >= 0 {
            let window = windows[Int(other)]
            if window.length == length, matches(window, bytes, end: end) { return }
            other = window.next
        }
        let bit = Self.bit(key)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
        heads[key] = Int32(windows.count)
        windows.append(Window(end: Int32(end), length: Int32(length), next: head))
        longest = max(longest, length)
    }

    /// The ranges of `text` that are secret, in order. They neither overlap nor touch.
    func ranges(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        guard !isEmpty else { return found }
        var key: UInt64 = 0
        for (position, byte) in text.enumerated() {
            key = Self.key(key, byte)
            guard position + 1 >= SecretForm.shortest else { continue }
            let bit = Self.bit(key)
            guard filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0, var next = heads[key] else { continue }
            let end = position + 1
            var length = 0
            while next >= 0 {
                let window = windows[Int(next)]
                if Int(window.length) > length, matches(window, text, end: end) { length = Int(window.length) }
                next = window.next
            }
            if length > 0 { Self.append((end - length)..<end, to: &found) }
        }
        return found
    }

    private func matches(_ window: Window, _ text: [UInt8], end: Int) -> Bool {
        let length = Int(window.length)
        guard end >= length else { return false }
        let start = Int(window.end) - length
        for offset in 0..<length where bytes[start + offset] != text[end - length + offset] { return false }
        return true
    }

    private static func append(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
        var start = range.lowerBound
        while let last = ranges.last, last.upperBound >= start {
            start = min(start, last.lowerBound)
            ranges.removeLast()
        }
        ranges.append(start..<range.upperBound)
    }

    private static func key(_ key: UInt64, _ byte: UInt8) -> UInt64 { (key << 8 | UInt64(byte)) & 0xFFFF_FFFF_FFFF }

    private static func bit(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> (64 - filterBits)) }
}

extension SecretIndex {
    package func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let ranges = ranges(in: bytes)
        guard !ranges.isEmpty else { return text }
        var masked: [UInt8] = []
        var position = 0
        for range in ranges {
            masked += bytes[position..<range.lowerBound]
            masked += SecretMask.mark.utf8
            position = range.upperBound
        }
        masked += bytes[position...]
        return String(decoding: masked, as: UTF8.self)
    }
}
