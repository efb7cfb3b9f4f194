internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchCore

/// Reads a log part by part, pass by pass and page by page: a value that takes events and returns what to do next. It
/// calls nothing and reads no clock.
///
/// Each effect except `give`, `finish` and `fail` has one event as its answer. `wanted` begins the next batch.
struct LogReading: Sendable {
    /// What happened.
    enum Event: Sendable {
        /// The consumer wants the next lines.
        case wanted
        /// Answers `askPart`.
        case part(CloudWatchLog.Next)
        case partUnknown(AWSError)
        /// Answers `askEnd`.
        case end(Date?)
        case endUnknown(AWSError)
        /// Answers `read`.
        case page(CloudWatchLog.Page)
        case pageFailed(AWSError)
        /// Answers `rest`.
        case rested
    }

    /// What to do next.
    enum Effect: Sendable {
        /// The batch that was wanted.
        case give([CloudWatchLog.Line])
        /// The log has been read.
        case finish
        /// An error for the consumer. The next `wanted` tries again.
        case fail(AWSError)
        case askPart(CloudWatchLog.Position)
        case askEnd(CloudWatchLog.Part)
        case read(Query)
        case rest(Duration)
    }

    /// One page of one part.
    struct Query: Sendable, Hashable {
        var streams: CloudWatchLog.Streams
        /// In milliseconds since 1970.
        var start: Int64
        var token: String?
    }

    private static let batchLines = 512
    private static let batchBytes = 256 << 10
    private static let failureRest = Backoff(first: .seconds(2), longest: .seconds(10))
    /// How often a log that is not followed is read again after a temporary error, or after a rejected token.
    private static let mostFailures = 6

    private let follow: Bool
    /// Where to begin. Nil once reading has begun.
    private var origin: LogMark?
    private var position = CloudWatchLog.Position.first
    private var isFinished = false

    /// The part that is being read; nil between parts.
    private var part: CloudWatchLog.Part?
    private var schedule = LogSchedule(since: nil, now: Date(timeIntervalSince1970: 0))
    /// The pass that begins after a rest.
    private var planned: Planned?
    private enum Planned { case last, next }

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

    init(from origin: LogMark?, follow: Bool) {
        self.origin = origin
        self.follow = follow
        if let origin { position = .at(origin.part) }
    }

    /// Takes an event and returns what to do next.
    mutating func receive(_ event: Event, at now: Date) -> Effect {
        switch event {
        case .wanted: return giveOrGoOn(now)
        case .part(let next): return begin(next, now)
        case .partUnknown(let error), .endUnknown(let error):
            guard follow, error.passes else { return .fail(error) }
            guard case .endUnknown = event else {
                failures += 1
                return .rest(Self.failureRest.delay(after: failures))
            }
            return plan(endedAt: nil, now)
        case .end(let date): return plan(endedAt: date, now)
        case .page(let page):
            take(page)
            return giveOrGoOn(now)
        case .pageFailed(let error): return recover(from: error, now)
        case .rested:
            if let planned {
                self.planned = nil
                beginPass(planned == .last ? schedule.last() : schedule.next(now: now, isLast: !follow))
            }
            return goOn(now)
        }
    }

    private mutating func giveOrGoOn(_ now: Date) -> Effect {
        let batch = takeBatch()
        return batch.isEmpty ? goOn(now) : .give(batch)
    }

    /// The next step of a reading without buffered lines.
    private mutating func goOn(_ now: Date) -> Effect {
        if isFinished { return .finish }
        guard let part else { return .askPart(position) }
        if pass != nil { return .read(Query(streams: part.streams, start: start, token: token)) }
        guard schedule.isOver else { return .askEnd(part) }
        position = .after(part.id)
        self.part = nil
        return .askPart(position)
    }

    // MARK: parts

    private mutating func begin(_ next: CloudWatchLog.Next, _ now: Date) -> Effect {
        switch next {
        case .none:
            isFinished = true
            return .finish
        case .notYet:
            guard follow else { return .finish }
            return .rest(LogSchedule.longestWait)
        case .part(let found):
            if let origin, origin.part != found.id {
                return .fail(AWSError(.invalid, "The cursor belongs to another log.", hint: LogMark.hint))
            }
            part = found
            failures = 0
            schedule = LogSchedule(since: found.since, now: now)
            if let origin {
                schedule.resume(origin.pass)
                // The pass returns nothing before that time.
                pass = origin.pass
                goOn(after: origin)
                self.origin = nil
            }
            return goOn(now)
        }
    }

    // MARK: passes

    /// Plans the pass that comes next, and waits until it is due.
    private mutating func plan(endedAt end: Date?, _ now: Date) -> Effect {
        let wait: Duration
        if let end {
            planned = .last
            wait = schedule.rest(after: end, now: now)
        } else {
            schedule.sawAlive = true
            guard schedule.hasLooked else {
                beginPass(schedule.first(now: now))
                return goOn(now)
            }
            planned = .next
            wait = follow ? schedule.pace() : LogSchedule.settling
        }
        return wait > .zero ? .rest(wait) : receive(.rested, at: now)
    }

    private mutating func beginPass(_ pass: LogPass) {
        self.pass = pass
        start = schedule.start(of: pass)
        token = nil
        (mark, toFind, toDrop) = (nil, nil, nil)
    }

    private mutating func goOn(after place: LogMark) {
        start = place.time
        token = nil
        (mark, toFind, toDrop) = (place, place, place)
    }

    private mutating func close(_ pass: LogPass) {
        schedule.close(pass)
        closed = pass
        self.pass = nil
    }

    // MARK: pages

    private mutating func take(_ page: CloudWatchLog.Page) {
        guard let pass else { return }
        failures = 0
        if token != nil { lostTokens = 0 }
        schedule.sawPage(of: page.events)
        token = page.token
        var ahead: [LogEvent] = []
        for event in page.events where isAhead(event) && pass.gives(event) { ahead.append(event) }
        events = ahead[...]
        if token == nil { close(pass) }
    }

    /// Whether an event comes after the position at which reading continues.
    private mutating func isAhead(_ event: LogEvent) -> Bool {
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

    private mutating func recover(from error: AWSError, _ now: Date) -> Effect {
        if error.kind == .notFound {
            // The group appears with the account's first job, and a stream with a host's first line: no events yet.
            if let pass { close(pass) }
            return goOn(now)
        }
        if error.kind == .invalid, token != nil {
            // Tokens expire after a day, and the consumer may be slow. Reading from the last event's time continues the
            // same pass.
            lostTokens += 1
            guard lostTokens < Self.mostFailures else { return .fail(error) }
            token = nil
            if let mark { goOn(after: mark) }
            return goOn(now)
        }
        failures += 1
        guard error.passes, follow || failures < Self.mostFailures else { return .fail(error) }
        return .rest(max(Self.failureRest.delay(after: failures), error.retryAfter ?? .zero))
    }

    // MARK: lines

    private mutating func takeBatch() -> [CloudWatchLog.Line] {
        guard let part, let pass = pass ?? closed else { return [] }
        var batch: [CloudWatchLog.Line] = []
        var bytes = 0
        while batch.count < Self.batchLines, bytes < Self.batchBytes {
            guard var current = open ?? nextEvent() else { break }
            guard let piece = current.lines.next() else {
                open = nil
                continue
            }
            let event = current.event
            let place = LogMark(part: part.id, pass: pass, time: event.time, id: event.id, line: current.next)
            current.next += 1
            open = current
            if let toDrop, toDrop.id == event.id, toDrop.time == event.time, place.line <= toDrop.line { continue }
            toDrop = nil
            mark = place
            bytes += piece.text.utf8.count
            batch.append(
                CloudWatchLog.Line(
                    text: piece.text, time: Date(timeIntervalSince1970: Double(event.time) / 1000),
                    stream: event.stream, continues: piece.continues, cursor: place.cursor))
        }
        return batch
    }

    private mutating func nextEvent() -> (event: LogEvent, lines: EventLines, next: Int)? {
        guard let event = events.popFirst() else { return nil }
        return (event, EventLines(event.text), 0)
    }
}
