/// The rate at which calls may be sent that AWS counts together: a pure state machine. Times are in seconds of one
/// clock.
///
/// The rate is unlimited until a call is throttled. A throttled call sets the limit to 70 percent of the rate at which
/// calls were sent; each successful call raises it by a constant. AWS's limits differ by account, region and operation,
/// are mostly undocumented, and are shared with other clients, so a fixed rate is either too slow or too fast.
struct AdaptiveRate: Sendable {
    /// The lowest limit, in calls per second: a service that throttles everything is still asked.
    static let slowest = 0.5
    /// What a throttled call leaves of the rate.
    static let decrease = 0.7
    /// What a successful call adds to the limit, in calls per second; less while the limit is low.
    static let increase = 0.1

    /// Calls per second; nil before the first throttled call.
    private(set) var limit: Double?
    private var window = -Double.infinity
    private var sentInWindow = 0.0
    private var sentBefore = 0.0
    /// When the limit was last reduced.
    private var reducedAt = -Double.infinity
    private var next = -Double.infinity

    /// The seconds until a call may be sent. Never longer than the slowest rate has it: the clock may be set back.
    func delay(at now: Double) -> Double {
        limit == nil ? 0 : min(max(0, next - now), 1 / Self.slowest)
    }

    /// Records that a call is sent.
    mutating func send(at now: Double) {
        measure(at: now)
        sentInWindow += 1
        if let limit { next = now + 1 / limit }
    }

    /// Reduces the limit. Calls that were sent before the last reduction do not reduce it again: they were sent at the
    /// old rate, and may be many.
    mutating func throttled(sentAt sent: Double, at now: Double) {
        measure(at: now)
        guard sent > reducedAt || now < reducedAt else { return }
        let reduced = max(Self.slowest, min(limit ?? .infinity, measured) * Self.decrease)
        limit = reduced
        reducedAt = now
        next = now + 1 / reduced
    }

    /// Raises the limit, up to twice the rate at which calls are sent.
    mutating func succeeded(at now: Double) {
        measure(at: now)
        guard let limit else { return }
        self.limit = max(limit, min(limit + min(Self.increase, limit / 20), 2 * measured))
    }

    /// The calls of the present second or of the last one.
    private var measured: Double { max(sentInWindow, sentBefore, 1) }

    private mutating func measure(at now: Double) {
        let age = now - window
        guard age < 0 || age >= 1 else { return }
        sentBefore = (1..<2).contains(age) ? sentInWindow : 0
        sentInWindow = 0
        window = now
    }
}
