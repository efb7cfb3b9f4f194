internal import LaunchHost

/// One event of a log stream.
struct LogEvent: Sendable, Hashable {
    /// The stream that it is of.
    var stream: String
    /// When the host printed it, in milliseconds since 1970.
    var time: Int64
    /// When CloudWatch took it, in milliseconds since 1970.
    var ingested: Int64
    /// What CloudWatch calls it.
    var id: String
    /// One line or several.
    var text: String
}

/// Which events are given in one reading through the log, in the order of their times.
///
/// Most passes are recent: they begin shortly before the last one and give events that were taken soon after they were
/// printed. Those that came later than that are given by whole passes, which begin at the job's begin; they are rarer
/// where they cost much. Which of the two an event belongs to can be seen from the event alone.
struct LogPass: Sendable, Hashable {
    /// An event that is taken later than this after it was printed is late, in milliseconds.
    static let lateness: Int64 = 20_000

    /// Whether it gives late events too.
    var isWhole: Bool
    /// What was taken up to then was given before, in milliseconds since 1970.
    var low: Int64
    /// Late events that were taken up to then were given before.
    var lateLow: Int64
    /// What is taken after that is given later.
    var high: Int64

    /// Whether an event is one of this pass.
    func gives(_ event: LogEvent) -> Bool {
        guard event.ingested <= high else { return false }
        let isLate = event.ingested.saturatingSubtracting(event.time) > Self.lateness
        return isLate ? isWhole && event.ingested > lateLow : event.ingested > low
    }
}

/// A place in the log: a pass, and the last line that was given of it.
struct LogMark: Sendable, Hashable {
    /// The pass.
    var pass: LogPass
    /// The time of the last event that was given.
    var time: Int64
    /// Its name.
    var id: String
    /// Which of the event's lines, from 0.
    var line: Int

    /// As a cursor.
    var cursor: LogCursor {
        LogCursor(
            rawValue: "1 \(pass.isWhole ? "w" : "r") \(pass.low) \(pass.lateLow) \(pass.high) \(time) \(line) \(id)")
    }
}

extension LogMark {
    /// Reads a cursor that `cursor` gave.
    init(_ cursor: LogCursor) throws(BackendError) {
        let parts = cursor.rawValue.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: false)
        let numbers = parts.dropFirst(2).prefix(5).compactMap { Int64($0) }
        guard parts.count == 8, parts[0] == "1", parts[1] == "w" || parts[1] == "r", numbers.count == 5,
            let line = Int(exactly: numbers[4]), line >= 0, numbers[3] >= 0
        else {
            throw BackendError(
                .invalid, "\(Wording.quoted(cursor.rawValue)) is no place in the log of a training job.",
                hint: "Read the log from its beginning.")
        }
        self.init(
            pass: LogPass(isWhole: parts[1] == "w", low: numbers[0], lateLow: numbers[1], high: numbers[2]),
            time: numbers[3], id: String(parts[7]), line: line)
    }
}
