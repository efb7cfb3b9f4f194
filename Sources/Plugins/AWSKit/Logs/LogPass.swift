internal import LaunchCore

/// One event of a log stream.
struct LogEvent: Sendable, Hashable {
    /// The name of its log stream.
    var stream: String
    /// When the program printed it, in milliseconds since 1970.
    var time: Int64
    /// When CloudWatch ingested it, in milliseconds since 1970.
    var ingested: Int64
    /// CloudWatch's ID of the event.
    var id: String
    /// One line or several.
    var text: String
}

/// Which events one pass over the log returns, in the order of their times.
///
/// Most passes are recent: they begin shortly before the end of the last pass and return events that were ingested soon
/// after they were printed. Whole passes return the late events too, and begin where the log begins. The more
/// pages a whole pass reads, the less often it runs. An event's own times show which kind of pass returns it.
struct LogPass: Sendable, Hashable {
    /// An event is late if it is ingested more than this many milliseconds after it was printed.
    static let lateness: Int64 = 20_000

    /// Whether the pass includes late events.
    var isWhole: Bool
    /// Earlier passes returned what was ingested up to this time, in milliseconds since 1970.
    var low: Int64
    /// Earlier passes returned the late events that were ingested up to this time.
    var lateLow: Int64
    /// Later passes return what is ingested after this time.
    var high: Int64

    /// Whether an event belongs to this pass.
    func gives(_ event: LogEvent) -> Bool {
        guard event.ingested <= high else { return false }
        let isLate = event.ingested.saturatingSubtracting(event.time) > Self.lateness
        return isLate ? isWhole && event.ingested > lateLow : event.ingested > low
    }
}

/// A position in the log: a part, a pass over it, and the last line of it that was returned.
struct LogMark: Sendable, Hashable {
    /// The ID of the part; empty in a log of one part.
    var part = ""
    /// The pass.
    var pass: LogPass
    /// The time of the last event that was returned.
    var time: Int64
    var id: String
    /// Which line of the event, from 0.
    var line: Int

    /// The position as a cursor. The first version has no part.
    var cursor: String {
        (part.isEmpty ? "1 " : "2 \(part) ")
            + "\(pass.isWhole ? "w" : "r") \(pass.low) \(pass.lateLow) \(pass.high) \(time) \(line) \(id)"
    }

    init(part: String = "", pass: LogPass, time: Int64, id: String, line: Int) {
        (self.part, self.pass, self.time, self.id, self.line) = (part, pass, time, id, line)
    }

    static let hint = "Read the log from its beginning."

    /// Reads a cursor that `cursor` made.
    init(_ cursor: String) throws(AWSError) {
        var words = cursor.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: false)[...]
        let version = words.popFirst()
        let part = version == "2" ? words.popFirst().map(String.init) : ""
        let kind = words.popFirst()
        let numbers = words.prefix(5).compactMap { Int64($0) }
        guard version == "1" || version == "2", let part, part.isEmpty == (version == "1"), kind == "w" || kind == "r",
            numbers.count == 5, words.count > 5, let line = Int(exactly: numbers[4]), line >= 0, numbers[3] >= 0
        else {
            throw AWSError(
                .invalid, "\(Wording.quoted(cursor)) is not a position in a log of CloudWatch.",
                hint: Self.hint)
        }
        self.init(
            part: part, pass: LogPass(isWhole: kind == "w", low: numbers[0], lateLow: numbers[1], high: numbers[2]),
            time: numbers[3], id: words.dropFirst(5).joined(separator: " "), line: line)
    }
}
