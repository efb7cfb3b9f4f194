/// Limits on the duration and the number of calls.
public struct AWSLimits: Sendable {
    /// The time limit of one attempt, from connecting to the last byte; nil is unlimited.
    public var attempt: Duration?
    /// The longest time without data within an attempt.
    public var idle: Duration?
    /// The time limit of all attempts and the waits between them. Waiting for the semaphore does not count.
    public var total: Duration?
    /// The most concurrent attempts; further calls wait in order.
    public var concurrency: Int
    /// The largest reply that is held in memory, in bytes.
    public var answerBytes: Int

    /// Limits for control calls.
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

    /// Limits for objects of any size: only a time limit without data.
    public static let transfers = AWSLimits(attempt: nil, idle: .seconds(60), total: nil)
}
