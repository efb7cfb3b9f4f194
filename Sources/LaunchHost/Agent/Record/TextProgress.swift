/// How much of a growing text is in a store, whose writes may fail, or succeed without an answer. A part of the text has
/// the number of bytes up to its end as its cursor.
struct TextProgress: Sendable {
    /// A part to write.
    struct Part: Sendable, Hashable {
        var data: String
        var end: TextEnd
        /// Whether it replaces the text of an earlier attempt.
        var replaces: Bool
        /// Whether it is the last line, which says where the rest is.
        var isNotice = false
    }

    /// The attempt that prints the text: another one for each.
    let source: String
    /// Whether `resume` must be called before the next write.
    private(set) var isUnknown = true
    /// Whether the text has its maximum size.
    private(set) var isFull = false
    /// Why nothing more can be added; nil while there is room.
    private var refusal: String?
    /// Where the whole text is, for the last line: `on HOST, in PATH`.
    private let place: String
    private var pending: [UInt8] = []
    private var sent = 0
    private var number: Int64 = -1
    private var replaces = true

    init(source: String, place: String = "on the machine of the agent") {
        (self.source, self.place) = (source, place)
    }

    /// Adds whole lines.
    mutating func append(_ lines: String) { pending += lines.utf8 }

    /// The next part; nil if there is nothing to write.
    var part: Part? {
        guard replaces || !pending.isEmpty, !isFull else { return nil }
        let isTooMuch = sent + pending.count > RunText.limit
        let why = refusal ?? (isTooMuch ? "The store keeps \(RunText.limit >> 20) MiB of a build's log." : nil)
        return Part(
            data: why.map { "launch: \($0) The rest is \(place).\n" } ?? String(decoding: pending, as: UTF8.self),
            end: TextEnd(number: number + 1, source: source, cursor: "\(sent + pending.count)"), replaces: replaces,
            isNotice: why != nil)
    }

    mutating func partIsWritten() {
        sent += pending.count
        isFull = refusal != nil || sent > RunText.limit
        (pending, replaces, number) = ([], false, number + 1)
    }

    /// The store has no room for the part. The next one is a last line.
    mutating func partIsRefused(because why: String) { refusal = why }

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
