public import Foundation
import Synchronization

/// The clock of a stub: this machine's, optionally ahead of it, or stopped until it is moved.
public final class StubClock: Sendable {
    private struct State {
        var offset: TimeInterval = 0
        var held: Date?
    }
    private let state = Mutex(State())
    private let base: @Sendable () -> Date

    /// A clock based on `base`.
    public init(base: @escaping @Sendable () -> Date = { Date() }) {
        self.base = base
    }

    /// The present time.
    public var now: Date { state.withLock { $0.held ?? base().addingTimeInterval($0.offset) } }

    /// Advances the clock by the given number of seconds.
    public func advance(by seconds: TimeInterval) {
        state.withLock { state in
            if let held = state.held { state.held = held.addingTimeInterval(seconds) } else { state.offset += seconds }
        }
    }

    /// Stops the clock, at `time` or the present time. From now on only `advance` and `hold` move it.
    public func hold(at time: Date? = nil) {
        state.withLock { $0.held = time ?? $0.held ?? base().addingTimeInterval($0.offset) }
    }
}
