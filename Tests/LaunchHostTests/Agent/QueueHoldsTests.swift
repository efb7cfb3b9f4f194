import Foundation
import LaunchHost
import Testing

@testable import LaunchAgent
@testable import LaunchStore

@Suite struct QueueHoldsTests {
    private let start = Date(timeIntervalSinceReferenceDate: 0)
    private let error = BackendError(.unauthenticated, "The token is expired.")
    private let wrong = BackendError(.configuration, "No region.")
    private let one = RunID.random()
    private let two = RunID.random()
    private let three = RunID.random()

    private static func names(_ choices: [ClaimChoice]) -> [String] { choices.map(\.queue) }

    @Test func `a held queue opens after its wait, for one run`() {
        var holds = QueueHolds()
        #expect(holds.open(["a", "b"], now: start) == [ClaimChoice(queue: "a"), ClaimChoice(queue: "b")])
        let until = holds.hold("a", after: one, for: error, now: start)
        #expect(until == start + 5)
        #expect(Self.names(holds.open(["a", "b"], now: start + 4.9)) == ["b"])
        #expect(Self.names(holds.open(["a", "b"], now: until)) == ["a", "b"])
        holds.begin(two, of: "a")
        holds.begin(three, of: "b")
        #expect(Self.names(holds.open(["a", "b"], now: until + 100)) == ["b"])
    }

    @Test func `the wait grows up to five minutes, and a submitted run ends it`() {
        var holds = QueueHolds()
        var now = start
        var waits: [Double] = []
        for _ in 0..<8 {
            holds.begin(one, of: "a")
            let until = holds.hold("a", after: one, for: error, now: now)
            waits.append(until.timeIntervalSince(now))
            now = until
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300])
        holds.begin(one, of: "a")
        let hasEnded = holds.end("a", after: one, wasSubmitted: true)
        #expect(hasEnded)
        #expect(holds.open(["a"], now: now) == [ClaimChoice(queue: "a")])
        let until = holds.hold("a", after: one, for: error, now: now)
        #expect(until == now + 5)
    }

    @Test func `runs that began together count as one failure`() {
        var holds = QueueHolds()
        let until = holds.hold("a", after: one, for: error, now: start)
        for _ in 0..<31 {
            let same = holds.hold("a", after: .random(), for: error, now: start + 1)
            #expect(same == until)
        }
        #expect(Self.names(holds.open(["a"], now: until)) == ["a"])
        // The run that is tried has not failed yet; one that began earlier fails in the meantime.
        holds.begin(two, of: "a")
        let same = holds.hold("a", after: three, for: error, now: until + 1)
        #expect(same == until)
        #expect(holds.open(["a"], now: until + 100).isEmpty, "the run is still tried")
    }

    @Test func `a run that began before the hold and failed for its own reason does not change the hold`() {
        var holds = QueueHolds()
        let until = holds.hold("a", after: one, for: error, now: start)
        let early = holds.end("a", after: two, wasSubmitted: false)
        #expect(!early)
        #expect(holds.open(["a"], now: start).isEmpty)
        holds.begin(three, of: "a")
        let other = holds.end("a", after: two, wasSubmitted: false)
        #expect(!other, "it is not the run that was tried")
        let tried = holds.end("a", after: three, wasSubmitted: false)
        #expect(tried)
        #expect(Self.names(holds.open(["a"], now: until)) == ["a"])
        let unheld = holds.end("b", after: one, wasSubmitted: true)
        #expect(!unheld)
    }

    @Test func `the run that is tried is one that has not failed, if there is one`() {
        var holds = QueueHolds()
        var until = holds.hold("a", after: one, for: error, now: start)
        #expect(holds.open(["a"], now: until) == [ClaimChoice(queue: "a", avoided: [one], isProbe: true)])
        holds.begin(two, of: "a")
        until = holds.hold("a", after: two, for: error, now: until)
        #expect(holds.open(["a"], now: until) == [ClaimChoice(queue: "a", avoided: [one, two], isProbe: true)])
        holds.forget(one, of: "a")
        #expect(holds.open(["a"], now: until) == [ClaimChoice(queue: "a", avoided: [two], isProbe: true)])
    }

    @Test func `after the first error of the configuration another run is tried at once, and only once`() {
        var holds = QueueHolds()
        _ = holds.hold("a", after: one, for: wrong, now: start)
        let choice = ClaimChoice(queue: "a", avoided: [one], mayTakeAvoided: false, isProbe: true)
        #expect(holds.open(["a"], now: start) == [choice])
        holds.begin(two, of: "a")
        #expect(holds.open(["a"], now: start).isEmpty)
        let until = holds.hold("a", after: two, for: wrong, now: start)
        #expect(until == start + 10)
        #expect(holds.open(["a"], now: start + 9).isEmpty)
        #expect(holds.misconfigured.map(\.isConfirmed) == [true])
    }

    @Test func `a run that failed alone before another one was accepted is contradicted`() {
        var holds = QueueHolds()
        _ = holds.hold("a", after: one, for: wrong, now: start)
        #expect(!holds.isContradicted(one, in: "a"), "no other run was tried yet")
        holds.begin(two, of: "a")
        _ = holds.end("a", after: two, wasSubmitted: true)
        #expect(holds.isContradicted(one, in: "a"))
        #expect(!holds.isContradicted(two, in: "a") && !holds.isContradicted(one, in: "b"))
        _ = holds.end("a", after: one, wasSubmitted: true)
        #expect(!holds.isContradicted(one, in: "a"), "it was accepted after all")
    }

    @Test func `runs that failed together are contradicted by the second hold that another run ends`() {
        var holds = QueueHolds()
        for round in 1...2 {
            for run in [one, two] { _ = holds.hold("a", after: run, for: wrong, now: start) }
            _ = holds.end("a", after: three, wasSubmitted: true)
            #expect([one, two].map { holds.isContradicted($0, in: "a") } == [round == 2, round == 2])
        }
    }

    @Test func `rejected credentials may pass, so they contradict no run`() {
        var holds = QueueHolds()
        for _ in 0..<3 {
            _ = holds.hold("a", after: one, for: error, now: start)
            _ = holds.end("a", after: two, wasSubmitted: true)
        }
        #expect(!holds.isContradicted(one, in: "a"))
    }

    @Test func `a run that fails for another reason says nothing about those that failed before`() {
        var holds = QueueHolds()
        _ = holds.hold("a", after: one, for: wrong, now: start)
        holds.begin(two, of: "a")
        _ = holds.end("a", after: two, wasSubmitted: false)
        #expect(!holds.isContradicted(one, in: "a"))
    }

    @Test func `the backend's own wait is kept, and only errors of the configuration end a drain`() {
        var holds = QueueHolds()
        let slow = BackendError(.unauthenticated, "Later.", retryAfter: .seconds(77))
        let until = holds.hold("a", after: one, for: slow, now: start)
        #expect(until == start + 77)
        _ = holds.hold("b", after: two, for: wrong, now: start)
        #expect(holds.misconfigured.map(\.queue) == ["b"])
        #expect(holds.misconfigured.map(\.failed) == [[two]])
        #expect(holds.misconfigured.map(\.isConfirmed) == [false])
    }
}
