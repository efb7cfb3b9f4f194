internal import Synchronization

/// A budget for retries, so that a failing service is not called three times as often: 500 tokens. Retries spend
/// them, and successful calls return them.
final class RetryQuota: Sendable {
    /// The capacity of the bucket.
    static let capacity = 500
    private let tokens = Mutex(RetryQuota.capacity)

    /// The cost of a retry after this error.
    static func cost(of error: AWSError) -> Int { error.trail.timedOut ? 10 : 5 }

    /// Takes the cost of a retry. False if too few tokens are left.
    func take(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// A call succeeded: returns the cost of its last retry, or 1 if there was none.
    func refund(_ cost: Int?) {
        tokens.withLock { $0 = min(Self.capacity, $0 + (cost ?? 1)) }
    }
}
