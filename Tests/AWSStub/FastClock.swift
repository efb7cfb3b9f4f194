public import Foundation
public import LaunchHost

/// A clock that is faster than this machine's, so that minutes of the service take a second in a test.
public struct FastClock: Sendable {
    /// The factor.
    public let factor: Double
    /// When both clocks showed the same time.
    public let start: Date

    /// A clock that is `factor` times as fast.
    public init(factor: Double, start: Date = Date()) {
        self.factor = factor
        self.start = start
    }

    /// The present time.
    public var now: Date { start.addingTimeInterval(Date().timeIntervalSince(start) * factor) }

    /// The same clock for the host's waits. Durations are those of this machine: the calls of a client take as long as
    /// the machine needs, and are limited by that.
    public var host: HostClock {
        let start = ContinuousClock.now
        return HostClock(
            now: { now }, elapsed: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0 / factor) })
    }
}
