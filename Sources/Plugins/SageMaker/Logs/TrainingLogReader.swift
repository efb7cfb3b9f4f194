internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchConcurrency
internal import LaunchPluginKit

/// Reads the log of a training job once, from a cursor or from the beginning, pass by pass and page by page, in bounded
/// memory.
actor TrainingLogReader {
    private static let batchLines = 512
    private static let batchBytes = 256 << 10

    private let logs: TrainingLogs
    private let follow: Bool
    private var schedule: LogSchedule
    private let cursor: LogCursor?
    private var hasBegun = false

    /// The pass that is being read; nil between passes.
    private var pass: LogPass?
    /// The pass that the buffered events belong to, once its last page has been read.
    private var closed: LogPass?
    private var start: Int64 = 0
    private var token: String?
    /// The last line that was returned from the pass.
    private var mark: LogMark?
    /// Where a resumed pass continues: the event to search for, and its lines that were returned before.
    private var toFind: LogMark?
    private var toDrop: LogMark?
    private var failures = 0
    private var lostTokens = 0

    // Holds at most one page. Its events are split into lines one at a time.
    private var events: ArraySlice<LogEvent> = []
    private var open: (event: LogEvent, lines: EventLines, next: Int)?

    init(_ logs: TrainingLogs, from cursor: LogCursor?, follow: Bool) {
        self.logs = logs
        self.cursor = cursor
        self.follow = follow
        schedule = LogSchedule(since: logs.since, now: logs.clock.now())
    }

    /// The next batch; nil at the end.
    func next() async throws(BackendError) -> [LogLine]? {
        if !hasBegun {
            if let cursor { resume(at: try LogMark(cursor)) }
            hasBegun = true
        }
        while true {
            let batch = takeBatch()
            if !batch.isEmpty { return batch }
            if pass != nil {
                try await readPage()
            } else {
                guard let next = try await nextPass() else { return nil }
                begin(next, at: schedule.start(of: next))
            }
        }
    }

    // MARK: passes

    private func resume(at place: LogMark) {
        schedule.resume(place.pass)
        // The pass returns nothing before that time.
        begin(place.pass, at: place.time)
        goOn(after: place)
    }

    private func goOn(after place: LogMark) {
        start = place.time
        (mark, toFind, toDrop) = (place, place, place)
    }

    private func begin(_ pass: LogPass, at start: Int64) {
        self.pass = pass
        self.start = start
        token = nil
        (mark, toFind, toDrop) = (nil, nil, nil)
    }

    /// Waits until the next pass is due and returns it; nil if the log has been read as far as requested.
    private func nextPass() async throws(BackendError) -> LogPass? {
        if schedule.isOver { return nil }
        if let end = try await ended() {
            try await sleep(schedule.rest(after: end, now: logs.clock.now()))
            return schedule.last()
        }
        schedule.sawAlive = true
        guard schedule.hasLooked else { return schedule.first(now: logs.clock.now()) }
        try await sleep(follow ? schedule.pace() : LogSchedule.settling)
        return schedule.next(now: logs.clock.now(), isLast: !follow)
    }

    /// When the run ended. While following, an error that may pass does not end the reading.
    private func ended() async throws(BackendError) -> Date? {
        do throws(BackendError) {
            return try await logs.ended()
        } catch  where follow && error.isWorthRetrying && error.category != .expired {
            return nil
        }
    }

    // MARK: pages

    private func readPage() async throws(BackendError) {
        guard let pass else { return }
        do throws(AWSError) {
            let page = try await logs.page(from: start, token: token)
            failures = 0
            if token != nil { lostTokens = 0 }
            schedule.sawPage(of: page.events)
            token = page.token
            events = page.events.filter { isAhead($0) && pass.gives($0) }[...]
            if token == nil { close(pass) }
        } catch {
            try await recover(from: error)
        }
    }

    private func close(_ pass: LogPass) {
        schedule.close(pass)
        closed = pass
        self.pass = nil
    }

    /// Whether an event comes after the position at which reading continues.
    private func isAhead(_ event: LogEvent) -> Bool {
        guard let place = toFind else { return true }
        if event.time < place.time { return false }
        if event.time > place.time {
            toFind = nil
            return true
        }
        if event.id == place.id {
            toFind = nil
            // The lines that were returned before are dropped when the event is split.
            return true
        }
        return false
    }

    private static let failureRest = Backoff(first: .seconds(2), longest: .seconds(10))

    private func recover(from error: AWSError) async throws(BackendError) {
        if error.kind == .notFound {
            // The group appears with the account's first job, and a stream with a host's first line: no events yet.
            if let pass { close(pass) }
            return
        }
        if error.kind == .invalid, token != nil {
            // Tokens expire after a day, and the consumer may be slow. Reading from the last event's time continues the
            // same pass.
            lostTokens += 1
            guard lostTokens < 6 else { throw logs.explained(error) }
            token = nil
            if let mark { goOn(after: mark) }
            return
        }
        failures += 1
        guard error.passes, follow || failures < 6 else { throw logs.explained(error) }
        try await sleep(max(Self.failureRest.delay(after: failures), error.retryAfter ?? .zero))
    }

    private func sleep(_ duration: Duration) async throws(BackendError) {
        guard duration > .zero else { return }
        do {
            try await logs.clock.sleep(duration)
        } catch {
            throw BackendError(.cancelled, "Reading the log of the training job \(logs.job) was cancelled.")
        }
    }

    // MARK: lines

    private func takeBatch() -> [LogLine] {
        guard let pass = pass ?? closed else { return [] }
        var batch: [LogLine] = []
        var bytes = 0
        while batch.count < Self.batchLines, bytes < Self.batchBytes {
            guard var current = open ?? nextEvent() else { break }
            guard let piece = current.lines.next() else {
                open = nil
                continue
            }
            let event = current.event
            let place = LogMark(pass: pass, time: event.time, id: event.id, line: current.next)
            current.next += 1
            open = current
            if let toDrop, toDrop.id == event.id, toDrop.time == event.time, place.line <= toDrop.line { continue }
            toDrop = nil
            mark = place
            bytes += piece.text.utf8.count
            batch.append(
                LogLine(
                    text: piece.text, cursor: place.cursor,
                    time: Date(timeIntervalSince1970: Double(event.time) / 1000), host: logs.host(of: event.stream),
                    continues: piece.continues))
        }
        return batch
    }

    private func nextEvent() -> (event: LogEvent, lines: EventLines, next: Int)? {
        guard let event = events.popFirst() else { return nil }
        return (event, EventLines(event.text), 0)
    }
}
