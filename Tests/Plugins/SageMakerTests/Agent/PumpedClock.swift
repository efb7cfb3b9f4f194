import Foundation
import LaunchHost
import Synchronization

/// The clock of a test, for all waiting tasks. It only advances on demand: by a task that runs it faster than the
/// machine's clock, or, if it jumps, by each sleep.
final class PumpedClock: Sendable {
    private struct State {
        var now: Date
        var waiting: [Int: (until: Date, waiter: CheckedContinuation<Void, Never>)] = [:]
        var gone: Set<Int> = []
        var count = 0
    }

    private let state: Mutex<State>
    private let jumps: Bool
    private let roundTrip: @Sendable () async -> Void

    /// A clock that jumps advances by each requested sleep, for tests in which one thing happens at a time.
    /// - Parameter roundTrip: A call like those of the code under test. The clock advances once per call, so that a
    ///   loaded machine slows the test's time down as much as the code under test.
    init(
        at time: Date = Date(timeIntervalSince1970: 1_790_000_000), jumps: Bool = false,
        roundTrip: @escaping @Sendable () async -> Void = {}
    ) {
        state = Mutex(State(now: time))
        self.jumps = jumps
        self.roundTrip = roundTrip
    }

    var now: Date { state.withLock(\.now) }

    var host: HostClock { HostClock(now: { self.now }, sleep: { try await self.sleep($0) }) }

    /// Advances the time, and resumes the tasks whose sleep has ended.
    func advance(by seconds: TimeInterval) {
        let ready = state.withLock { state in
            state.now.addTimeInterval(seconds)
            let now = state.now
            let ready = state.waiting.filter { $0.value.until <= now }
            for id in ready.keys { state.waiting[id] = nil }
            return ready.values.map(\.waiter)
        }
        for waiter in ready { waiter.resume() }
    }

    /// Advances at most `rate` times as fast as the machine's clock, in steps of milliseconds, while `body` runs.
    func running<Value: Sendable>(rate: Double, _ body: () async throws -> Value) async rethrows -> Value {
        let pump = Task.detached {
            var last = ContinuousClock.now
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(1))
                await self.roundTrip()
                let now = ContinuousClock.now
                // A step takes longer on a loaded machine. The cap keeps deadlines of the test's time reachable there.
                self.advance(by: rate * min((now - last) / .seconds(1), 0.002))
                last = now
            }
        }
        defer { pump.cancel() }
        return try await body()
    }

    private func sleep(_ duration: Duration) async throws {
        let seconds = duration / .seconds(1)
        if jumps {
            advance(by: seconds)
            await Task.yield()
            return try Task.checkCancellation()
        }
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state in
                    if seconds <= 0 || state.gone.remove(id) != nil { return true }
                    state.waiting[id] = (state.now.addingTimeInterval(seconds), waiter)
                    return false
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiting.removeValue(forKey: id)?.waiter
                if waiter == nil { state.gone.insert(id) }
                return waiter
            }
            waiter?.resume()
        }
        try Task.checkCancellation()
    }
}
