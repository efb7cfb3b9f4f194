internal import Synchronization

/// What retries may cost in total, so that a service in trouble is not asked three times as often: 500 tokens, spent by
/// retries, given back by calls that succeed.
final class RetryQuota: Sendable {
    /// What the bucket holds at most.
    static let capacity = 500
    private let tokens = Mutex(RetryQuota.capacity)

    /// What a retry after this error costs.
    static func cost(of error: AWSError) -> Int { error.trail.timedOut ? 10 : 5 }

    /// Takes the cost of a retry; false when there is not so much left.
    func take(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// A call succeeded: gives back what its last retry cost, or 1 where there was none.
    func refund(_ cost: Int?) {
        tokens.withLock { $0 = min(Self.capacity, $0 + (cost ?? 1)) }
    }
}
