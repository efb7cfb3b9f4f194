public import FoundationEssentials

/// The time as the host sees it; tests give their own.
public struct HostClock: Sendable {
    /// The date and time now.
    public var now: @Sendable () -> Date
    /// Waits; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    /// A clock from its parts.
    public init(now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    /// The system's clock.
    public static let system = HostClock(
        now: { Date() }, sleep: { try await ContinuousClock().sleep(for: $0) })
}
