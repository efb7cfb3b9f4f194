import Synchronization

/// A clock that advances only on request. A sleep on it lasts until the task is cancelled.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (first: Instant, second: Instant) -> Bool { first.offset < second.offset }
    }

    private let time = Mutex(Duration.zero)

    var now: Instant { Instant(offset: time.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) {
        time.withLock { $0 += duration }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        // The stream never ends, so only a cancellation ends the loop.
        for await _ in AsyncStream<Never>(unfolding: {
            try? await Task.sleep(for: .seconds(3600)); return nil
        }) {}
        try Task.checkCancellation()
    }
}
