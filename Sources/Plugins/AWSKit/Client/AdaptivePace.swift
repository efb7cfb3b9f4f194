internal import FoundationEssentials
internal import LaunchConcurrency
public import LaunchCore
internal import Synchronization

/// Sends calls in order of arrival, at a rate that follows the service's throttling.
final class AdaptivePace: Sendable {
    private let rate = Mutex(AdaptiveRate())
    private let turn = AsyncSemaphore(permits: 1)
    private let clock: HostClock

    init(clock: HostClock) {
        self.clock = clock
    }

    /// Sends a call as soon as the rate permits it. Throws `cancelled` if the task is cancelled before that.
    func send<Value>(_ call: () async throws(AWSError) -> Value) async throws(AWSError) -> Value {
        let sent = try await wait()
        do throws(AWSError) {
            let value = try await call()
            rate.withLock { $0.succeeded(at: now) }
            return value
        } catch {
            if error.kind == .throttle { rate.withLock { $0.throttled(sentAt: sent, at: now) } }
            throw error
        }
    }

    private var now: Double { clock.now().timeIntervalSinceReferenceDate }

    /// Waits until the next call may be sent, and returns the time.
    private func wait() async throws(AWSError) -> Double {
        if let sent = rate.withLock({ rate in rate.limit == nil ? record(&rate) : nil }) { return sent }
        return try await turn.withPermit(orThrow: AWSError.gaveUp) { () async throws(AWSError) in
            let delay = rate.withLock { $0.delay(at: now) }
            if delay > 0 { try await clock.pause(.seconds(delay)) }
            if Task.isCancelled { throw .gaveUp }
            return rate.withLock { record(&$0) }
        }
    }

    private func record(_ rate: inout AdaptiveRate) -> Double {
        let now = now
        rate.send(at: now)
        return now
    }
}

/// Paces the calls that AWS counts per account, region and operation: without a limit until AWS throttles one, and then
/// at a rate that falls with each throttled call and rises with each successful one.
public final class AdaptiveLimiter: Sendable {
    private let paces = Mutex<[RateLimiter.Key: AdaptivePace]>([:])
    private let clock: HostClock

    public init(clock: HostClock = .system) {
        self.clock = clock
    }

    /// Sends a call as soon as the rate of its key permits it. A throttled call is not repeated.
    /// - Throws: what the call throws; `cancelled` if the task is cancelled before it is sent.
    public func send<Value>(
        for key: RateLimiter.Key, _ call: () async throws(AWSError) -> Value
    ) async throws(AWSError) -> Value {
        let pace = paces.withLock { paces in
            let pace = paces[key] ?? AdaptivePace(clock: clock)
            paces[key] = pace
            return pace
        }
        return try await pace.send(call)
    }
}
