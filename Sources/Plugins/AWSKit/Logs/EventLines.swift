internal import LaunchLines

/// The lines of one event, one at a time, so that an event of only line breaks takes no memory.
///
/// A trailing line break ends the last line and does not begin another one. Carriage returns are kept, because progress
/// bars need them.
struct EventLines: Sequence, IteratorProtocol {
    /// The largest text of one line, in bytes.
    static let limit = 65_536

    private var buffer = LineBuffer(limit: Self.limit)
    /// An event without text is one empty line.
    private var hasNoText: Bool

    init(_ text: String) {
        buffer.append(text.utf8)
        hasNoText = text.isEmpty
    }

    /// The next line, or the next piece of a line that is longer than `limit`; nil after the last.
    mutating func next() -> (text: String, continues: Bool)? {
        if hasNoText {
            hasNoText = false
            return ("", false)
        }
        return (buffer.next() ?? buffer.finish()).map { ($0.text, $0.continues) }
    }
}
