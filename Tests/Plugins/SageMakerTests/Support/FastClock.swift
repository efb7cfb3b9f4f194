import Foundation
import LaunchHost

/// A clock that is faster than this machine's, so that minutes of the service take a second in a test.
struct FastClock: Sendable {
    /// The factor.
    let factor: Double
    /// When both clocks showed the same time.
    let start: Date

    init(factor: Double, start: Date = Date()) {
        self.factor = factor
        self.start = start
    }

    var now: Date { start.addingTimeInterval(Date().timeIntervalSince(start) * factor) }

    /// The same clock for the host's waits.
    var host: HostClock {
        HostClock(now: { now }, sleep: { try await Task.sleep(for: $0 / factor) })
    }
}
