internal import Glibc

/// Processor time that searches may take: some at the start, and more for each byte that is searched.
///
/// Time that is not used is kept, up to a limit. So one slow line among many costs nothing, and a pattern that is slow on
/// every line ends after a time in proportion to the text.
public struct SearchTime: Sendable {
    /// Nanoseconds that are left.
    private var left: Int64
    private let perByte: Int64
    private let most: Int64

    /// - Parameters:
    ///   - start: what there is before the first byte.
    ///   - perMegabyte: what a million bytes add.
    ///   - most: how much can be kept.
    public init(
        start: Duration = .seconds(1), perMegabyte: Duration = .milliseconds(500), most: Duration = .seconds(10)
    ) {
        left = Self.nanoseconds(start)
        perByte = Self.nanoseconds(perMegabyte) / 1_000_000
        self.most = Self.nanoseconds(most)
    }

    /// Whether all of it was used.
    public var isUsedUp: Bool { left <= 0 }

    /// Adds what so many bytes are worth.
    public mutating func add(bytes: Int) {
        let (more, overflow) = Int64(bytes).multipliedReportingOverflow(by: perByte)
        left = overflow || more > most ? most : min(most, left + more)
    }

    mutating func take(_ nanoseconds: Int64) { left -= max(0, nanoseconds) }

    /// The processor's time of this thread. On a busy machine a thread waits for its turn, which is not its fault.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let parts = duration.components
        // Nobody gives a search more than this, and larger numbers do not fit.
        guard (0..<1_000_000).contains(parts.seconds) else { return parts.seconds < 0 ? 0 : 1_000_000_000_000_000 }
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }
}
