/// How long a call may take, and how many there may be at once.
public struct AWSLimits: Sendable {
    /// The limit of one attempt, from connecting to the last byte; nil is none.
    public var attempt: Duration?
    /// The limit of silence within an attempt.
    public var idle: Duration?
    /// The limit of all attempts and the waits between them; waiting for a free place does not count.
    public var total: Duration?
    /// The most attempts under way at once; further calls wait in order.
    public var concurrency: Int
    /// The largest answer that is taken into memory, in bytes.
    public var answerBytes: Int

    /// Limits for control calls; see the properties.
    public init(
        attempt: Duration? = .seconds(60), idle: Duration? = .seconds(60), total: Duration? = .seconds(300),
        concurrency: Int = 64, answerBytes: Int = 32 << 20
    ) {
        self.attempt = attempt
        self.idle = idle
        self.total = total
        self.concurrency = max(1, concurrency)
        self.answerBytes = max(1, answerBytes)
    }

    /// Limits for objects of any size: no end but for silence.
    public static let transfers = AWSLimits(attempt: nil, idle: .seconds(60), total: nil)
}
