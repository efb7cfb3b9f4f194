import Foundation
import LaunchHost

/// A clock that goes faster than this machine's, so that what takes minutes over there takes a second here.
struct FastClock: Sendable {
    /// How much faster.
    let factor: Double
    private let start = Date()

    init(factor: Double) {
        self.factor = factor
    }

    var now: Date { start.addingTimeInterval(Date().timeIntervalSince(start) * factor) }

    /// The same for the host, which waits by it.
    var host: HostClock {
        HostClock(now: { now }, sleep: { try await Task.sleep(for: $0 / factor) })
    }
}
