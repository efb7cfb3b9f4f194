public import FoundationEssentials

/// The clock of a backend: this machine's, or one that a test controls.
public struct BackendClock: Sendable {
    /// The present time of the backend.
    public var now: @Sendable () -> Date
    /// How many seconds of the backend pass in one second of this machine.
    public var rate: Double
    /// How far the clock may be from this machine's, and how coarse the backend's times are, in seconds of the backend.
    public var tolerance: Double

    public init(tolerance: Double = 2, rate: Double = 1, now: @escaping @Sendable () -> Date = { Date() }) {
        self.rate = rate
        self.tolerance = tolerance
        self.now = now
    }

    /// This machine's clock.
    public static let real = BackendClock()
}
