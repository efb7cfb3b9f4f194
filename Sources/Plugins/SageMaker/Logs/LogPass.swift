internal import LaunchPluginKit

/// One event of a log stream.
struct LogEvent: Sendable, Hashable {
    /// The name of its log stream.
    var stream: String
    /// When the host printed it, in milliseconds since 1970.
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
/// after they were printed. Whole passes return the late events too, and begin at the creation of the job. The more
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

/// A position in the log: a pass, and the last line of it that was returned.
struct LogMark: Sendable, Hashable {
    /// The pass.
    var pass: LogPass
    /// The time of the last event that was returned.
    var time: Int64
    var id: String
    /// Which line of the event, from 0.
    var line: Int

    /// The position as a cursor.
    var cursor: LogCursor {
        LogCursor(
            rawValue: "1 \(pass.isWhole ? "w" : "r") \(pass.low) \(pass.lateLow) \(pass.high) \(time) \(line) \(id)")
    }
}

extension LogMark {
    /// Reads a cursor that `cursor` made.
    init(_ cursor: LogCursor) throws(BackendError) {
        let parts = cursor.rawValue.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: false)
        let numbers = parts.dropFirst(2).prefix(5).compactMap { Int64($0) }
        guard parts.count == 8, parts[0] == "1", parts[1] == "w" || parts[1] == "r", numbers.count == 5,
            let line = Int(exactly: numbers[4]), line >= 0, numbers[3] >= 0
        else {
            throw BackendError(
                .invalid, "\(Wording.quoted(cursor.rawValue)) is not a position in the log of a training job.",
                hint: "Read the log from its beginning.")
        }
        self.init(
            pass: LogPass(isWhole: parts[1] == "w", low: numbers[0], lateLow: numbers[1], high: numbers[2]),
            time: numbers[3], id: String(parts[7]), line: line)
    }
}
