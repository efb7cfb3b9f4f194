import FuzzTargets

/// Makes new inputs from stored ones. The same seed gives the same inputs.
struct Mutator {
    /// Values that parsers handle wrongly: numbers at the limits, nesting, separators, invalid text.
    private static let tokens: [[UInt8]] =
        [
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "-1", "0",
            "1e400", "1e19", "-0", "0x7fffffffffffffff", "77777777777", "[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "]]]]",
            "${", "}", "{{", "}}", "$$", "\\", "\"", "'", "\n", "\r\n", "\t", " ", ":", ": ", "- ", "/", "//", "..",
            "../", "**", "*", "?", "[", "]", "!", "#", "%", "%00", "&a ", "*a", "<<", "|", ">", "=", ",", ";", "@",
            "sha256:", "null", "true", "9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "\u{FEFF}", "\u{202E}",
            "\u{1F600}", "e\u{301}", "\u{1B}[2J",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]]

    private let inputs: [[UInt8]]
    private let maxLength: Int
    private var generator: SeededGenerator

    init(_ inputs: [[UInt8]], seed: UInt64, maxLength: Int) {
        self.inputs = inputs.isEmpty ? [[]] : inputs
        self.maxLength = maxLength
        generator = SeededGenerator(seed: seed)
    }

    /// The next input: a stored input with one to eight changes.
    mutating func next() -> [UInt8] {
        var bytes = generator.pick(inputs) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &generator) { change(&bytes) }
        return Array(bytes.prefix(maxLength))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &generator))
        switch Int.random(in: 0..<7, using: &generator) {
        case 0 where place < bytes.count:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where place < bytes.count:
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2:
            bytes.removeSubrange(place..<end)
        case 3:
            let times = Int.random(in: 1...40, using: &generator)
            let part = Array(bytes[place..<end])
            bytes.insert(contentsOf: (0..<times).flatMap { _ in part }, at: place)
        case 4:
            let other = generator.pick(inputs) ?? []
            let start = Int.random(in: 0...other.count, using: &generator)
            bytes = Array(bytes[..<place]) + other[start...]
        default:
            let token = generator.pick(Self.tokens) ?? []
            let replaced = generator.oneIn(2) ? place..<place : place..<end
            bytes.replaceSubrange(replaced, with: token)
        }
        // Without a limit, repeated doubling would only make inputs long.
        if bytes.count > 4 * maxLength { bytes.removeSubrange((4 * maxLength)...) }
    }
}
