internal import ContainerEngine
internal import LaunchHost

/// A place in a container's log that can be found again: a time, and how many lines of the log from that time on have
/// been read.
///
/// The engine can only be asked for the log from a time on, and its two outputs are not in the order of their times. So
/// the time of a place lies a margin before the newest line that was read, and lines before the place are read again and
/// dropped. As the log only grows at its end, the count is exact.
struct LogPlace {
    /// How far the times of lines that stand beside each other may differ, in nanoseconds.
    private static let margin: Int64 = 5_000_000_000

    /// A time at which every line before it has been read, and the lines read since.
    private struct Mark {
        var since: Int64
        var lines: Int
    }

    private var mark: Mark
    /// The mark that takes the other's place when the margin has passed.
    private var next: Mark?
    /// Where reading began, as a mark that nothing can come before.
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

    /// The place of a cursor, and how many lines from its time on to drop.
    /// - Throws: `invalid` where the cursor is not one of this runner's.
    static func reading(_ cursor: LogCursor) throws(BackendError) -> (place: LogPlace, skipped: Int) {
        let parts = cursor.rawValue.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let since = Int64(parts[0]), let lines = Int(parts[1]), since >= 0, lines >= 0,
            // Room for the next nanosecond, which a place may move to.
            since < .max
        else {
            throw BackendError(.invalid, "'\(cursor.rawValue)' is no place in a log of runner 'local-docker'.")
        }
        return (LogPlace(since: since), lines)
    }

    /// The time from which to ask the engine; nil for the whole log.
    var since: EngineTime? { mark.since > 0 ? EngineTime(nanoseconds: mark.since) : nil }
    /// How many lines from that time on have been read.
    var lines: Int { mark.lines }
    /// The place as the host keeps it.
    var cursor: LogCursor { LogCursor(rawValue: "\(mark.since)/\(mark.lines)") }

    /// Goes back to the mark, for a log that is read from there again.
    mutating func restart() {
        self = LogPlace(since: mark.since)
    }

    /// Counts a line that was read.
    mutating func count(_ line: EngineLogLine) {
        let time = line.time?.nanoseconds ?? newest
        // Such a line would not be read again from the mark, so that the count would be wrong.
        if time < mark.since { mark = first }
        if let next, time < next.since { self.next = nil }
        mark.lines += 1
        first.lines += 1
        next?.lines += 1
        newest = max(newest, time)
    }

    /// Moves the mark on where that is safe; call it between lines. `openSince` is the beginning of the earliest line
    /// that is not complete.
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
