public import FoundationEssentials

/// The clock of the host. Tests inject their own.
public struct HostClock: Sendable {
    /// The current date and time. A person or a time server can set it, also back.
    public var now: @Sendable () -> Date
    /// The time since a fixed point of this process. It never goes back, so it measures durations.
    public var elapsed: @Sendable () -> Duration
    /// Waits for a duration; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    /// A clock of its functions. Without `elapsed`, durations follow `now`, as they do in virtual time.
    public init(
        now: @escaping @Sendable () -> Date, elapsed: (@Sendable () -> Duration)? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.elapsed = elapsed ?? { .seconds(now().timeIntervalSinceReferenceDate) }
        self.sleep = sleep
    }

    /// The system's clock.
    public static let system: HostClock = {
        let start = ContinuousClock.now
        return HostClock(
            now: { Date() }, elapsed: { ContinuousClock.now - start },
            sleep: { try await ContinuousClock().sleep(for: $0) })
    }()
}
