internal import FoundationEssentials
internal import LaunchCore

/// Decides which pass over the log comes next and when, from what earlier passes returned, saw and cost.
struct LogSchedule: Sendable {
    /// How long an ingested event may stay invisible to reads. A pass returns only events that are older, so that no
    /// event can appear in a pass that is over.
    static let settling = Duration.seconds(4)
    /// The longest wait between two passes over a quiet log.
    static let longestWait = Duration.seconds(10)
    /// How long after the end of a run its last lines may still arrive.
    static let lag = Duration.seconds(10)
    /// The largest assumed error of this machine's clock, in seconds. Only the first pass depends on the clock; later
    /// passes use the times that CloudWatch writes into the events.
    private static let clockError = 60.0
    /// Limits the cost of whole passes: at most one page per this many seconds.
    private static let secondsPerPage = 30.0
    /// In a log of more pages (of 1 MB), whole passes go back only one hour.
    private static let largePages = 256
    private static let largeLookBack: Int64 = 3_600_000

    private let begin: Int64
    private var low: Int64 = 0
    private var lateLow: Int64 = 0
    /// The latest ingestion time of an event that was read. It is in the past by CloudWatch's clock.
    private var seen: Int64 = 0
    private var wait = LogSchedule.settling

    /// Whether the run had not ended at the last check.
    var sawAlive = false
    private(set) var hasLooked = false
    private(set) var isOver = false
    private var endsAfterPass = false
    private var isResumed = false

    private var pages = 0
    private var wholePages: Int?
    private var wholeSince: Date
    private var isLarge = false

    init(since: Date?, now: Date) {
        // The clocks of the hosts and of the service may differ.
        begin = since.map { max(0, Self.milliseconds($0) - 3_600_000) } ?? 0
        wholeSince = now
    }

    // MARK: next pass

    /// Continues a pass that another reader began.
    mutating func resume(_ pass: LogPass) {
        (low, lateLow, seen) = (pass.low, pass.lateLow, pass.low)
        hasLooked = true
        isResumed = true
        endsAfterPass = pass.high == .max
    }

    /// The first pass over the log of a live run: everything except the last minute, which may not be settled.
    mutating func first(now: Date) -> LogPass {
        hasLooked = true
        return pass(upTo: Self.milliseconds(now.addingTimeInterval(-Self.clockError)), whole: true)
    }

    /// A further pass: returns what the pass before it saw.
    mutating func next(now: Date, isLast: Bool) -> LogPass {
        endsAfterPass = isLast
        let cost = wholePages ?? 20
        let isDue = now.timeIntervalSince(wholeSince) >= Self.secondsPerPage * Double(cost)
        let isWhole = cost <= 1 || isDue || isLast && cost <= 8
        if isWhole { wholeSince = now }
        return pass(upTo: max(seen, low), whole: isWhole)
    }

    /// The remaining events of a run that has ended.
    mutating func last() -> LogPass {
        hasLooked = true
        endsAfterPass = true
        return pass(upTo: .max, whole: true)
    }

    /// Where the pass begins, in milliseconds since 1970.
    func start(of pass: LogPass) -> Int64 {
        let recent = max(begin, pass.low.saturatingSubtracting(LogPass.lateness))
        guard pass.isWhole else { return recent }
        return isLarge ? max(begin, pass.low.saturatingSubtracting(Self.largeLookBack)) : begin
    }

    private func pass(upTo high: Int64, whole: Bool) -> LogPass {
        LogPass(isWhole: whole, low: low, lateLow: lateLow, high: max(high, low))
    }

    // MARK: waits

    /// How long to wait before the next pass. The wait grows while no events come.
    mutating func pace() -> Duration {
        if seen > low {
            wait = Self.settling
            return wait
        }
        defer { wait = min(wait * 1.5, Self.longestWait) }
        return wait
    }

    /// How long the last lines of an ended run may still take to arrive.
    func rest(after end: Date, now: Date) -> Duration {
        // The run was alive at the previous check, whatever the clocks say.
        if sawAlive { return Self.lag }
        let left = end.timeIntervalSince(now) + Double(Self.lag.components.seconds)
        return min(Self.lag, Duration(saturatingSeconds: max(0, left)))
    }

    // MARK: results of a pass

    mutating func sawPage(of events: [LogEvent]) {
        pages += 1
        for event in events { seen = max(seen, event.ingested) }
    }

    mutating func close(_ pass: LogPass) {
        // If this machine's clock is ahead, the first pass must not close a period in which events are still to come.
        low = isResumed ? pass.high : max(low, min(pass.high, seen))
        if pass.isWhole {
            lateLow = low
            if !isResumed {
                wholePages = pages
                isLarge = isLarge || pages > Self.largePages
            }
        }
        pages = 0
        isResumed = false
        isOver = endsAfterPass
    }

    private static func milliseconds(_ date: Date) -> Int64 {
        Int64(saturating: date.timeIntervalSince1970 * 1000)
    }
}
