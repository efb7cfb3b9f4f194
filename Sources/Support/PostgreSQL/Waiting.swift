internal import Glibc

/// The time at which a wait ends.
struct Deadline: Comparable {
    let instant: ContinuousClock.Instant

    init(after duration: Duration) {
        instant = .now + duration
    }

    static func < (one: Deadline, other: Deadline) -> Bool { one.instant < other.instant }

    var hasPassed: Bool { ContinuousClock.now >= instant }

    /// Waits for a socket; returns when it is ready or has failed, after `slice`, or when the deadline passes. Signals do not
    /// end the wait.
    func wait(for events: Int32, of socket: Int32, atMost slice: Duration? = nil) {
        let end = slice.map { min(instant, .now + $0) } ?? instant
        var entry = pollfd(fd: socket, events: Int16(truncatingIfNeeded: events), revents: 0)
        while true {
            let rest = end - .now
            // Rounded up, so that the last wait does not spin.
            let (seconds, fraction) = rest.components
            let milliseconds = seconds * 1_000 + (fraction + 999_999_999_999_999) / 1_000_000_000_000_000
            let code = poll(&entry, 1, Int32(clamping: max(0, milliseconds)))
            if code != -1 || errno != EINTR { return }
        }
    }
}
