import Foundation
import LaunchHost
import Testing

@testable import LaunchAgent

@Suite struct QueueHoldsTests {
    private let start = Date(timeIntervalSinceReferenceDate: 0)
    private let error = BackendError(.unauthenticated, "The token is expired.")

    @Test func `a held queue opens after its wait, for one run`() {
        var holds = QueueHolds()
        #expect(holds.open(["a", "b"], now: start) == ["a", "b"])
        let until = holds.hold("a", for: error, now: start)
        #expect(until == start + 5)
        #expect(holds.open(["a", "b"], now: start + 4.9) == ["b"])
        #expect(holds.open(["a", "b"], now: until) == ["a", "b"])
        holds.begin("a")
        holds.begin("b")
        #expect(holds.open(["a", "b"], now: until + 100) == ["b"])
    }

    @Test func `the wait grows up to five minutes, and a submitted run ends it`() {
        var holds = QueueHolds()
        var now = start
        var waits: [Double] = []
        for _ in 0..<8 {
            holds.begin("a")
            let until = holds.hold("a", for: error, now: now)
            waits.append(until.timeIntervalSince(now))
            now = until
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300])
        holds.begin("a")
        let result1 = holds.end("a", wasSubmitted: true)
        #expect(result1)
        #expect(holds.open(["a"], now: now) == ["a"])
        let result2 = holds.hold("a", for: error, now: now)
        #expect(result2 == now + 5)
    }

    @Test func `runs that began together count as one failure`() {
        var holds = QueueHolds()
        let until = holds.hold("a", for: error, now: start)
        for _ in 0..<31 {
            let same = holds.hold("a", for: error, now: start + 1)
            #expect(same == until)
        }
        #expect(holds.open(["a"], now: until) == ["a"])
    }

    @Test func `a run that began before the hold and failed for its own reason does not change the hold`() {
        var holds = QueueHolds()
        let until = holds.hold("a", for: error, now: start)
        let result3 = holds.end("a", wasSubmitted: false)
        #expect(!result3)
        #expect(holds.open(["a"], now: start).isEmpty)
        holds.begin("a")
        let result4 = holds.end("a", wasSubmitted: false)
        #expect(result4)
        #expect(holds.open(["a"], now: until) == ["a"])
        let result5 = holds.end("b", wasSubmitted: true)
        #expect(!result5)
    }

    @Test func `the backend's own wait is kept, and only errors of the configuration end a drain`() {
        var holds = QueueHolds()
        let slow = BackendError(.unauthenticated, "Later.", retryAfter: .seconds(77))
        let result6 = holds.hold("a", for: slow, now: start)
        #expect(result6 == start + 77)
        _ = holds.hold("b", for: BackendError(.configuration, "No region."), now: start)
        #expect(Array(holds.misconfigured.keys) == ["b"])
    }
}
