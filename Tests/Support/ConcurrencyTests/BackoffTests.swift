import LaunchConcurrency
import Testing

struct BackoffTests {
    @Test func `delays grow by the factor up to the longest`() {
        let backoff = Backoff(first: .milliseconds(500), longest: .seconds(4))
        #expect(
            (0...6).map { backoff.delay(after: $0) } == [
                .milliseconds(500), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(4), .seconds(4),
            ])
        let steep = Backoff(first: .milliseconds(200), factor: 3, longest: .seconds(60))
        #expect(
            (1...3).map { steep.delay(after: $0) } == [.milliseconds(200), .milliseconds(600), .milliseconds(1800)])
    }

    @Test func `a large number of attempts neither overflows nor takes long`() {
        #expect(Backoff(first: .seconds(1), longest: .seconds(60)).delay(after: .max) == .seconds(60))
        #expect(Backoff(first: .seconds(9), longest: .seconds(2)).delay(after: 1) == .seconds(2))
        #expect(Backoff(first: .zero, longest: .seconds(2)).delay(after: .max) == .zero)
        #expect(Backoff(first: .seconds(1), factor: 1, longest: .seconds(2)).delay(after: .max) == .seconds(1))
    }

    @Test func `jitter takes its part of the delay`() {
        let full = Backoff(first: .seconds(1), longest: .seconds(20), jitter: .full)
        #expect([0, 0.5, 1].map { full.delay(after: 3, random: $0) } == [.zero, .seconds(2), .seconds(4)])
        let around = Backoff(first: .seconds(1), longest: .seconds(20), jitter: .around(0.5))
        #expect([0, 0.5, 1].map { around.delay(after: 2, random: $0) } == [.seconds(1), .seconds(2), .seconds(3)])
        // A number outside the range counts as its nearest bound.
        #expect([-1, 2].map { full.delay(after: 1, random: $0) } == [.zero, .seconds(1)])
        for _ in 0..<100 {
            #expect((Duration.zero...Duration.seconds(1)).contains(full.delay(after: 1)))
        }
    }
}
