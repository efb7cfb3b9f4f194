public import Foundation
import Synchronization

/// The time of a stub: this machine's, moved ahead as a test likes, or standing still until it is moved.
public final class StubClock: Sendable {
    private struct State {
        var offset: TimeInterval = 0
        var held: Date?
    }
    private let state = Mutex(State())
    private let base: @Sendable () -> Date

    /// A clock that goes as `base` does.
    public init(base: @escaping @Sendable () -> Date = { Date() }) {
        self.base = base
    }

    /// What time it is.
    public var now: Date { state.withLock { $0.held ?? base().addingTimeInterval($0.offset) } }

    /// Moves it ahead by so many seconds.
    public func advance(by seconds: TimeInterval) {
        state.withLock { state in
            if let held = state.held { state.held = held.addingTimeInterval(seconds) } else { state.offset += seconds }
        }
    }

    /// Lets it stand, at `time` or where it is; from now on only `advance` and `hold` move it.
    public func hold(at time: Date? = nil) {
        state.withLock { $0.held = time ?? $0.held ?? base().addingTimeInterval($0.offset) }
    }
}
