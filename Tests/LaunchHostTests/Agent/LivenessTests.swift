import Foundation
import LaunchConcurrency
import Synchronization
import TestSupport
import Testing

@testable import LaunchAgent

@Suite("agent, liveness")
struct LivenessTests {
    private let limit = Duration.seconds(180)

    @Test
    func `a store that stops to answer is silent after the limit, and not before`() {
        var liveness = Liveness()
        #expect(!liveness.isServing)
        #expect(liveness.silent(for: limit, at: .seconds(1000)) == [])
        liveness.storeAnswered(at: .seconds(10))
        #expect(liveness.isServing)
        #expect(liveness.silent(for: limit, at: .seconds(190)) == [])
        #expect(liveness.silent(for: limit, at: .seconds(191)) == ["store"])
        liveness.storeAnswered(at: .seconds(192))
        #expect(liveness.silent(for: limit, at: .seconds(193)) == [])
    }

    @Test
    func `a backend is silent from the first call that it did not answer`() {
        var liveness = Liveness()
        liveness.asked("b", at: .seconds(0))
        liveness.asked("b", at: .seconds(170))
        liveness.asked("a", at: .seconds(170))
        #expect(liveness.silent(for: limit, at: .seconds(180)) == [])
        #expect(liveness.silent(for: limit, at: .seconds(181)) == ["b"])
        #expect(liveness.silent(for: limit, at: .seconds(400)) == ["a", "b"])
        liveness.answered("b")
        #expect(liveness.silent(for: limit, at: .seconds(400)) == ["a"])
    }

    @Test
    func `a backend that is not asked is not silent`() {
        var liveness = Liveness()
        liveness.asked("b", at: .seconds(0))
        liveness.answered("b")
        #expect(liveness.silent(for: limit, at: .seconds(10_000)) == [])
    }

    @Test(arguments: [
        (BackendError.Category.unavailable, false), (.throttled, true), (.denied, true), (.expired, true),
    ])
    func `a refusal of a backend is an answer, and an unreachable one gives none`(
        category: BackendError.Category, isAnswer: Bool
    ) {
        #expect(BackendError(category, "no").isAnswer == isAnswer)
    }

    @Test
    func `an agent that serves and whose run ends is owed nothing by its backend`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        try await bench.submit("q")
        let agent = bench.agent("q")
        async let serving: Void = agent.vitals.untilServing()
        #expect(try await bench.run(agent) == .done)
        await serving
        #expect(agent.vitals.silent(for: .seconds(180)) == [])
    }

    @Test
    func `an agent is ready as long as the watchdog is fed, and not before it serves or after it leaves`() {
        let time = Mutex(Duration.zero)
        let vitals = AgentVitals(
            clock: HostClock(now: { Date() }, elapsed: { time.withLock(\.self) }, sleep: HostClock.system.sleep))
        #expect(vitals.readiness(within: limit) == .starting)
        vitals.storeAnswered()
        vitals.asked("b")
        time.withLock { $0 = .seconds(180) }
        vitals.storeAnswered()
        #expect(vitals.readiness(within: limit) == .ready)
        time.withLock { $0 = .seconds(181) }
        #expect(vitals.readiness(within: limit) == .silent(["b"]))
        #expect(vitals.silence() == ["store": .seconds(1), "b": .seconds(181)])
        vitals.answered("b")
        #expect(vitals.readiness(within: limit) == .ready)
        vitals.leaves()
        #expect(vitals.readiness(within: limit) == .leaving)
    }
}
