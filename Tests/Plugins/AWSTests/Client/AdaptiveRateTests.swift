import Testing

@testable import LaunchAWSKit

/// A service with a bucket of calls, as AWS has: `perSecond` calls are added each second, up to `burst`.
private struct Service {
    let perSecond: Double
    let burst: Double
    var calls: Double
    var last = 0.0

    init(perSecond: Double, burst: Double) {
        (self.perSecond, self.burst, calls) = (perSecond, burst, burst)
    }

    mutating func accepts(at now: Double) -> Bool {
        calls = min(burst, calls + (now - last) * perSecond)
        last = now
        guard calls >= 1 else { return false }
        calls -= 1
        return true
    }
}

@Suite struct AdaptiveRateTests {
    @Test func `calls are not delayed before one is throttled`() {
        var rate = AdaptiveRate()
        for call in 0..<1000 {
            #expect(rate.delay(at: Double(call) / 1000) == 0)
            rate.send(at: Double(call) / 1000)
            rate.succeeded(at: Double(call) / 1000)
        }
        #expect(rate.limit == nil)
    }

    @Test func `a throttled call leaves 70 percent of the rate, and the other calls of that moment count once`() {
        var rate = AdaptiveRate()
        for _ in 0..<20 { rate.send(at: 10) }
        for call in 0..<20 { rate.throttled(sentAt: 10, at: 10.1 + Double(call) / 100) }
        #expect(rate.limit == 14)
        rate.send(at: 10.5)
        rate.throttled(sentAt: 10.5, at: 10.6)
        #expect(rate.limit.map { abs($0 - 9.8) < 0.001 } == true)
    }

    @Test func `the limit never falls below one call in two seconds, and delays are never longer`() {
        var rate = AdaptiveRate()
        for call in 0..<50 {
            let now = Double(call) * 3
            rate.send(at: now)
            rate.throttled(sentAt: now, at: now + 0.1)
            #expect(rate.delay(at: now + 0.1) <= 2 && rate.delay(at: now - 86_400) <= 2)
        }
        #expect(rate.limit == AdaptiveRate.slowest)
    }

    @Test func `an idle client does not raise its limit`() {
        var rate = AdaptiveRate()
        rate.send(at: 0)
        rate.throttled(sentAt: 0, at: 0)
        for call in 1..<200 {
            rate.send(at: Double(call) * 5)
            rate.succeeded(at: Double(call) * 5)
        }
        #expect(rate.limit.map { $0 <= 2 } == true)
    }

    /// One client sends as fast as its rate permits; a call takes no time.
    @Test(arguments: [(0.7, 2.0), (4.0, 5.0), (25.0, 50.0), (200.0, 200.0)])
    func `the rate settles near the service's limit, and most calls are accepted:`(
        _ perSecond: Double, _ burst: Double
    ) {
        var service = Service(perSecond: perSecond, burst: burst)
        var rate = AdaptiveRate()
        var now = 0.0
        var (accepted, refused) = (0, 0)
        while now < 600 {
            // Without a limit, a caller still needs some time for a call.
            now += max(rate.delay(at: now), 0.001)
            rate.send(at: now)
            let isAccepted = service.accepts(at: now)
            if isAccepted { rate.succeeded(at: now) } else { rate.throttled(sentAt: now, at: now) }
            guard now > 120 else { continue }
            if isAccepted { accepted += 1 } else { refused += 1 }
        }
        let share = Double(accepted) / (480 * perSecond)
        #expect(share > 0.75, "\(share) of the service's limit is used")
        #expect(refused * 6 < accepted, "\(refused) refused, \(accepted) accepted")
    }
}
