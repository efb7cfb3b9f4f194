public import FoundationEssentials

/// The clock of the host. Tests inject their own.
public struct HostClock: Sendable {
    /// The current date and time.
    public var now: @Sendable () -> Date
    /// Waits for a duration; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    public init(now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    /// The system's clock.
    public static let system = HostClock(
        now: { Date() }, sleep: { try await ContinuousClock().sleep(for: $0) })
}
