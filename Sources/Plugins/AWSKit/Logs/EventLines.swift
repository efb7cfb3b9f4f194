/// The lines of one event, one at a time, so that an event of only line breaks takes no memory.
///
/// A trailing line break ends the last line and does not begin another one. Carriage returns are kept, because progress
/// bars need them.
struct EventLines: Sequence, IteratorProtocol {
    /// The largest text of one line, in bytes.
    static let limit = 65_536

    private let text: Substring.UTF8View
    private var position: Substring.UTF8View.Index?

    init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = Substring(text).utf8
        position = self.text.startIndex
    }

    /// The next line, or the next piece of a line that is longer than `limit`; nil after the last.
    mutating func next() -> (text: String, continues: Bool)? {
        guard let start = position else { return nil }
        let rest = text[start...]
        let window = rest.prefix(Self.limit + 1)
        if let lineBreak = window.firstIndex(of: UInt8(ascii: "\n")) {
            let after = text.index(after: lineBreak)
            position = after == text.endIndex ? nil : after
            return (String(Substring(rest[..<lineBreak])), false)
        }
        guard window.count > Self.limit else {
            position = nil
            return (String(Substring(rest)), false)
        }
        var cut = text.index(start, offsetBy: Self.limit)
        while text[cut] & 0xC0 == 0x80 { cut = text.index(before: cut) }
        position = cut
        return (String(Substring(rest[..<cut])), true)
    }
}
