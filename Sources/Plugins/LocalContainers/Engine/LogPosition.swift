internal import LaunchContainerEngine
internal import LaunchPluginKit

/// A position in a container's log: a time, and the number of log lines read from that time on.
///
/// The engine can only return the log from a time on, and its two outputs are not in the order of their times. So the
/// time of a position is a margin before the newest line that was read. Lines before the position are read again and
/// dropped. The log only grows at its end, so the count is exact.
struct LogPosition {
    /// The largest difference between the times of adjacent lines, in nanoseconds.
    private static let margin: Int64 = 5_000_000_000

    /// A time, with the number of lines read since. All lines before the time have been read.
    private struct Mark {
        var since: Int64
        var lines: Int
    }

    private var mark: Mark
    /// The mark that replaces `mark` when the margin has passed.
    private var next: Mark?
    /// The mark where reading began. No line is before it.
    private var first: Mark
    private var newest: Int64

    /// The beginning of the log.
    init() {
        self.init(since: 0)
    }

    private init(since: Int64) {
        mark = Mark(since: since, lines: 0)
        first = mark
        newest = since
    }

    /// The position of a cursor, and the number of lines to drop from its time on.
    /// - Throws: `invalid` if the cursor does not come from this runner.
    static func reading(_ cursor: LogCursor) throws(BackendError) -> (place: LogPosition, skipped: Int) {
        let parts = cursor.rawValue.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let since = Int64(parts[0]), let lines = Int(parts[1]), since >= 0, lines >= 0,
            // A position may move to the next nanosecond, which must fit.
            since < .max
        else {
            throw BackendError(.invalid, "'\(cursor.rawValue)' is not a position in a log of runner 'local-docker'.")
        }
        return (LogPosition(since: since), lines)
    }

    /// The time from which to request the log; nil for the whole log.
    var since: EngineTime? { mark.since > 0 ? EngineTime(nanoseconds: mark.since) : nil }
    /// The number of lines that were read from that time on.
    var lines: Int { mark.lines }
    /// The position as a cursor for the host.
    var cursor: LogCursor { LogCursor(rawValue: "\(mark.since)/\(mark.lines)") }

    /// Returns to the mark, because the log is read again from there.
    mutating func restart() {
        self = LogPosition(since: mark.since)
    }

    /// Counts a line that was read.
    mutating func count(_ line: EngineLogLine) {
        let time = line.time?.nanoseconds ?? newest
        // Reading from the mark would not return this line again, so the count would be wrong. Fall back to the first
        // mark.
        if time < mark.since { mark = first }
        if let next, time < next.since { self.next = nil }
        mark.lines += 1
        first.lines += 1
        next?.lines += 1
        newest = max(newest, time)
    }

    /// Moves the mark forward if that is safe. Must be called between lines.
    /// - Parameter openSince: the beginning of the earliest incomplete line.
    mutating func advance(openSince: EngineTime?) {
        if let next {
            let isBehindMargin = newest - next.since >= Self.margin
            if isBehindMargin, openSince.map({ $0.nanoseconds >= next.since }) ?? true {
                mark = next
                self.next = nil
            }
        } else if openSince == nil, newest > 0 {
            next = Mark(since: newest + 1, lines: 0)
        }
    }
}
