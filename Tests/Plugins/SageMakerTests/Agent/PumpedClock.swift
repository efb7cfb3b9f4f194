import Foundation
import LaunchHost
import Synchronization

/// The time of a test, by which all who wait go. It moves when it is told to: by a task that lets it run faster than this
/// machine's, or, where it jumps, by whoever waits.
final class PumpedClock: Sendable {
    private struct State {
        var now: Date
        var waiting: [Int: (until: Date, waiter: CheckedContinuation<Void, Never>)] = [:]
        var gone: Set<Int> = []
        var count = 0
    }

    private let state: Mutex<State>
    private let jumps: Bool

    /// A clock that jumps moves on by what anybody waits for: for tests in which one thing happens after another.
    init(at time: Date = Date(timeIntervalSince1970: 1_790_000_000), jumps: Bool = false) {
        state = Mutex(State(now: time))
        self.jumps = jumps
    }

    var now: Date { state.withLock(\.now) }

    var host: HostClock { HostClock(now: { self.now }, sleep: { try await self.sleep($0) }) }

    /// Moves on, and wakes whose time has come.
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

    /// Runs `rate` times as fast as this machine's clock, in steps of milliseconds, while `body` does.
    func running<Value: Sendable>(rate: Double, _ body: () async throws -> Value) async rethrows -> Value {
        let pump = Task.detached {
            var last = ContinuousClock.now
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(1))
                let now = ContinuousClock.now
                // On a busy machine steps take longer; the clock waits then, rather than let everybody miss their time.
                self.advance(by: rate * min((now - last) / .seconds(1), 0.004))
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
