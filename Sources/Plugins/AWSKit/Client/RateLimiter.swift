internal import FoundationEssentials
internal import LaunchConcurrency
public import LaunchCore
internal import Synchronization

/// Paces calls that AWS counts per account, region and operation: in order of arrival, with a small burst.
public final class RateLimiter: Sendable {
    /// The unit by which AWS counts calls.
    public struct Key: Sendable, Hashable {
        /// The account, the region and the operation.
        public var account: String, region: String, operation: String

        public init(account: String, region: String, operation: String) {
            self.account = account
            self.region = region
            self.operation = operation
        }
    }

    private final class Lane: Sendable {
        let turn = AsyncSemaphore(permits: 1)
        /// When the token bucket is full again.
        let full = Mutex(Date.distantPast)
    }

    private let interval: TimeInterval
    private let burst: Int
    private let clock: HostClock
    private let lanes = Mutex<[Key: Lane]>([:])

    /// Allows `perSecond` calls per second and key, after a burst of `burst`.
    public init(perSecond: Double, burst: Int = 1, clock: HostClock = .system) {
        interval = 1 / max(perSecond, 0.001)
        self.burst = max(1, burst)
        self.clock = clock
    }

    /// Waits until the next call may be made. Throws `cancelled`, and then uses no permit.
    public func wait(for key: Key) async throws(AWSError) {
        let lane = lanes.withLock { lanes in
            let lane = lanes[key] ?? Lane()
            lanes[key] = lane
            return lane
        }
        try await lane.turn.withPermit(orThrow: AWSError.gaveUp) { () async throws(AWSError) in
            let now = clock.now()
            let full = lane.full.withLock(\.self)
            // If the clock was set back, callers must not wait for the difference.
            let most = interval * Double(burst)
            let room = min(full.timeIntervalSince(now), most)
            let early = room + interval - most
            if early > 0 { try await clock.pause(.seconds(early)) }
            if Task.isCancelled { throw .gaveUp }
            let start = clock.now()
            lane.full.withLock { full in
                full = max(min(full, start.addingTimeInterval(most)), start).addingTimeInterval(interval)
            }
        }
    }
}

extension HostClock {
    /// Waits. Throws `cancelled` if the task is cancelled.
    func pause(_ duration: Duration) async throws(AWSError) {
        do {
            try await sleep(duration)
        } catch {
            throw .gaveUp
        }
    }
}
