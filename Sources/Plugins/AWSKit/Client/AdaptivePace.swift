internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchCore
internal import Synchronization

/// Slows down all calls of a client after the service has throttled one, and then gradually speeds up again. Used for
/// `AWS_RETRY_MODE=adaptive`.
final class AdaptivePace: Sendable {
    private struct State {
        /// Calls per second; nil until the first throttling.
        var rate: Double?
        var window = Date.distantPast
        var sentInWindow = 0
        var next = Date.distantPast
    }

    private static let slowest = 0.5
    private let state = Mutex(State())
    private let turn = AsyncSemaphore(permits: 1)
    private let clock: HostClock

    init(clock: HostClock) {
        self.clock = clock
    }

    /// Waits until the next call may be sent.
    func wait() async throws(AWSError) {
        guard
            state.withLock({ state in
                count(&state)
                return state.rate != nil
            })
        else { return }
        try await turn.withPermit(orThrow: AWSError.gaveUp) { () async throws(AWSError) in
            let now = clock.now()
            let early = state.withLock { state in
                min(state.next.timeIntervalSince(now), 1 / Self.slowest)
            }
            if early > 0 { try await clock.pause(.seconds(early)) }
            let start = clock.now()
            state.withLock { $0.next = start.addingTimeInterval(1 / max($0.rate ?? 1000, Self.slowest)) }
        }
    }

    /// A call was throttled: reduces the rate to 70 percent.
    func throttled() {
        state.withLock { state in
            let measured = Double(max(state.sentInWindow, 1))
            state.rate = max(Self.slowest, min(state.rate ?? measured, measured) * 0.7)
        }
    }

    /// A call succeeded: raises the rate a little.
    func succeeded() {
        state.withLock { state in
            state.rate = state.rate.map { min($0 + max(0.1, $0 * 0.02), 10_000) }
        }
    }

    private func count(_ state: inout State) {
        let now = clock.now()
        if abs(now.timeIntervalSince(state.window)) >= 1 {
            state.window = now
            state.sentInWindow = 0
        }
        state.sentInWindow += 1
    }
}
