internal import FoundationEssentials
internal import LaunchHost

/// Which pass over the log comes next, and when: what was given so far, what was seen, and what looking costs.
struct LogSchedule: Sendable {
    /// How long an event that was taken may stay out of sight. Only what is older is given, so that nothing can appear
    /// in a pass that is over.
    static let settling = Duration.seconds(4)
    /// The longest wait between two looks at a quiet log.
    static let longestWait = Duration.seconds(10)
    /// How long after its end a run's last lines may still arrive.
    static let lag = Duration.seconds(10)
    /// How wrong this machine's clock may be. It is asked only how far the first pass may go at once; later ones go
    /// by the times that CloudWatch writes on the events.
    private static let clockError = 60.0
    /// What looking for late events may cost: a page in so many seconds.
    private static let secondsPerPage = 30.0
    /// A log of more pages (of 1 MB) is searched for late events an hour back only.
    private static let largePages = 256
    private static let largeLookBack: Int64 = 3_600_000

    private let begin: Int64
    private var low: Int64 = 0
    private var lateLow: Int64 = 0
    /// The latest time at which an event that we saw was taken; by CloudWatch's clock it is past.
    private var seen: Int64 = 0
    private var wait = LogSchedule.settling

    /// Whether the run had not ended when it was last asked.
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
        // The hosts' clocks and SageMaker's need not agree to the second.
        begin = since.map { max(0, Self.milliseconds($0) - 3_600_000) } ?? 0
        wholeSince = now
    }

    // MARK: what comes next

    /// Goes on in a pass that another reader began.
    mutating func resume(_ pass: LogPass) {
        (low, lateLow, seen) = (pass.low, pass.lateLow, pass.low)
        hasLooked = true
        isResumed = true
        endsAfterPass = pass.high == .max
    }

    /// The first look at a run that has not ended: everything but the last minute, which may not be settled.
    mutating func first(now: Date) -> LogPass {
        hasLooked = true
        return pass(upTo: Self.milliseconds(now.addingTimeInterval(-Self.clockError)), whole: true)
    }

    /// A further look: gives what was seen by the one before.
    mutating func next(now: Date, isLast: Bool) -> LogPass {
        endsAfterPass = isLast
        let cost = wholePages ?? 20
        let isDue = now.timeIntervalSince(wholeSince) >= Self.secondsPerPage * Double(cost)
        let isWhole = cost <= 1 || isDue || isLast && cost <= 8
        if isWhole { wholeSince = now }
        return pass(upTo: max(seen, low), whole: isWhole)
    }

    /// All the rest of a run that has ended.
    mutating func last() -> LogPass {
        hasLooked = true
        endsAfterPass = true
        return pass(upTo: .max, whole: true)
    }

    /// Where to begin, in milliseconds since 1970.
    func start(of pass: LogPass) -> Int64 {
        let recent = max(begin, pass.low.saturatingSubtracting(LogPass.lateness))
        guard pass.isWhole else { return recent }
        return isLarge ? max(begin, pass.low.saturatingSubtracting(Self.largeLookBack)) : begin
    }

    private func pass(upTo high: Int64, whole: Bool) -> LogPass {
        LogPass(isWhole: whole, low: low, lateLow: lateLow, high: max(high, low))
    }

    // MARK: when

    /// How long to wait before the next look: longer and longer while nothing comes.
    mutating func pace() -> Duration {
        if seen > low {
            wait = Self.settling
            return wait
        }
        defer { wait = min(wait * 1.5, Self.longestWait) }
        return wait
    }

    /// How long the last lines of a run that has ended may still take.
    func rest(after end: Date, now: Date) -> Duration {
        // It was alive a moment ago, whatever the clocks say.
        if sawAlive { return Self.lag }
        let left = end.timeIntervalSince(now) + Double(Self.lag.components.seconds)
        return min(Self.lag, Duration(saturatingSeconds: max(0, left)))
    }

    // MARK: what was read

    mutating func sawPage(of events: [LogEvent]) {
        pages += 1
        for event in events { seen = max(seen, event.ingested) }
    }

    mutating func close(_ pass: LogPass) {
        // Where the clock is ahead, the first pass must not close what is still to come.
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
