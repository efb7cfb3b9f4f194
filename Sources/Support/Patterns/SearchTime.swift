internal import Glibc

/// A budget of processor time for searches: an initial amount, and more for each searched byte.
///
/// Unused time accumulates up to a limit. So one slow line among many is accepted, and a pattern that is slow on
/// every line ends after a time in proportion to the text.
public struct SearchTime: Sendable {
    /// The remaining nanoseconds.
    private var left: Int64
    private let perByte: Int64
    private let most: Int64

    /// - Parameters:
    ///   - start: the initial budget.
    ///   - perMegabyte: the addition per million bytes.
    ///   - most: the limit of the budget.
    public init(
        start: Duration = .seconds(1), perMegabyte: Duration = .milliseconds(500), most: Duration = .seconds(10)
    ) {
        left = Self.nanoseconds(start)
        perByte = Self.nanoseconds(perMegabyte) / 1_000_000
        self.most = Self.nanoseconds(most)
    }

    /// Whether the budget is used up.
    public var isUsedUp: Bool { left <= 0 }

    /// Adds the time for the given number of bytes.
    public mutating func add(bytes: Int) {
        let (more, overflow) = Int64(bytes).multipliedReportingOverflow(by: perByte)
        left = overflow || more > most ? most : min(most, left + more)
    }

    mutating func take(_ nanoseconds: Int64) { left -= max(0, nanoseconds) }

    /// The processor time of this thread. Time in which the thread waits for a processor does not count.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let parts = duration.components
        // No caller needs more than this, and larger numbers would overflow.
        guard (0..<1_000_000).contains(parts.seconds) else { return parts.seconds < 0 ? 0 : 1_000_000_000_000_000 }
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }
}
