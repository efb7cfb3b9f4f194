import Foundation
import LaunchAWS
import LaunchHost
import Synchronization
import TestSupport
import Testing

@Suite struct RateLimiterTests {
    /// A clock that only moves during waits.
    final class Time: Sendable {
        private let state = Mutex((now: Date(timeIntervalSince1970: 1_000_000), waits: [Double]()))
        var waits: [Double] { state.withLock(\.waits) }
        func move(_ seconds: Double) { state.withLock { $0.now += seconds } }
        var clock: HostClock {
            HostClock(now: { self.state.withLock(\.now) }) { duration in
                try Task.checkCancellation()
                let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
                self.state.withLock { state in
                    state.now += seconds
                    state.waits.append((seconds * 1000).rounded() / 1000)
                }
            }
        }
    }
    let describe = RateLimiter.Key(account: "1", region: "r", operation: "Describe")

    @Test func `calls after a burst wait for their permits`() async throws {
        let time = Time()
        let limiter = RateLimiter(perSecond: 2, burst: 3, clock: time.clock)
        for _ in 0..<6 { try await limiter.wait(for: describe) }
        #expect(time.waits == [0.5, 0.5, 0.5])
        // Another key has its own bucket.
        try await limiter.wait(for: .init(account: "2", region: "r", operation: "Describe"))
        #expect(time.waits.count == 3)
        // Idle time fills the bucket, but not beyond its size.
        time.move(3600)
        for _ in 0..<4 { try await limiter.wait(for: describe) }
        #expect(time.waits == [0.5, 0.5, 0.5, 0.5])
    }

    @Test
    func `a clock that is set back does not block callers`() async throws {
        let time = Time()
        let limiter = RateLimiter(perSecond: 1, clock: time.clock)
        try await limiter.wait(for: describe)
        time.move(-86_400)
        try await limiter.wait(for: describe)
        #expect(time.waits.allSatisfy { $0 <= 1 })
    }

    @Test(.timeLimit(.minutes(30)))
    func `a cancelled waiter uses no permit`() async throws {
        let asleep = Names()
        let start = Date()
        let limiter = RateLimiter(
            perSecond: 0.001,
            clock: HostClock(now: { start }) { _ in
                asleep.add("asleep")
                try await Task.sleep(for: .seconds(3600))
            })
        try await limiter.wait(for: describe)
        let tasks = (0..<3).map { _ in
            Task { await failure { () throws(AWSError) in try await limiter.wait(for: self.describe) } }
        }
        #expect(await eventually { asleep.all.count == 1 })
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value?.kind == .cancelled) }
    }
}

extension RateLimiterTests {
    @Test func `an adaptive limiter delays the calls of a throttled key only`() async throws {
        let time = Time()
        let limiter = AdaptiveLimiter(clock: time.clock)
        func send(_ key: RateLimiter.Key, throttled: Bool = false) async -> AWSError? {
            await failure { () throws(AWSError) in
                try await limiter.send(for: key) { () async throws(AWSError) in
                    if throttled { throw AWSError(.throttle, "too fast", service: "SageMaker", operation: "Create") }
                }
            }
        }
        for _ in 0..<10 { #expect(await send(describe) == nil) }
        #expect(time.waits.isEmpty)
        #expect(await send(describe, throttled: true)?.kind == .throttle)
        #expect(await send(.init(account: "2", region: "r", operation: "Describe")) == nil)
        #expect(time.waits.isEmpty)
        for _ in 0..<3 { #expect(await send(describe) == nil) }
        // 70 percent of eleven calls a second, and then a tenth more after each call.
        #expect(time.waits == [0.13, 0.13, 0.128])
    }
}
