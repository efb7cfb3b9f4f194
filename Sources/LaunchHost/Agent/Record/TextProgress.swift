/// How much of a growing text is in a store, whose writes may fail, or succeed without an answer. A part of the text has
/// the number of bytes up to its end as its cursor.
struct TextProgress: Sendable {
    /// A part to write.
    struct Part: Sendable, Hashable {
        var data: String
        var end: TextEnd
        /// Whether it replaces the text of an earlier attempt.
        var replaces: Bool
    }

    /// The attempt that prints the text: another one for each.
    let source: String
    /// Whether `resume` must be called before the next write.
    private(set) var isUnknown = true
    /// Whether the text has its maximum size.
    private(set) var isFull = false
    private var pending: [UInt8] = []
    private var sent = 0
    private var number: Int64 = -1
    private var replaces = true

    init(source: String) {
        self.source = source
    }

    /// Adds whole lines.
    mutating func append(_ lines: String) { pending += lines.utf8 }

    /// The next part; nil if there is nothing to write.
    var part: Part? {
        guard replaces || !pending.isEmpty, !isFull else { return nil }
        let isTooMuch = sent + pending.count > RunText.limit
        let notice = "launch: The store keeps \(RunText.limit >> 20) MiB of a build's log.\n"
        return Part(
            data: isTooMuch ? notice : String(decoding: pending, as: UTF8.self),
            end: TextEnd(number: number + 1, source: source, cursor: "\(sent + pending.count)"), replaces: replaces)
    }

    mutating func partIsWritten() {
        sent += pending.count
        isFull = sent > RunText.limit
        (pending, replaces, number) = ([], false, number + 1)
    }

    mutating func partHasFailed() { isUnknown = true }

    /// Continues after the end of the text in the store, which may have a part whose write has failed.
    mutating func resume(after end: TextEnd?) {
        (isUnknown, number) = (false, end?.number ?? -1)
        guard let end, end.source == source, let stored = end.cursor.flatMap({ Int($0) }) else { return }
        pending.removeFirst(min(pending.count, max(0, stored - sent)))
        sent = max(sent, stored)
        replaces = false
    }
}
