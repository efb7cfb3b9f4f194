public import FoundationEssentials
import Synchronization

/// How far this machine's clock is off, learned from the services' own: per host, because a proxy or an emulator may
/// have a clock of its own.
public final class ClockSkew: Sendable {
    /// The codes of answers that a wrong clock can be behind.
    public static let codes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException",
    ]

    /// What is worth correcting: AWS allows 5 min (15 min for S3), so a smaller skew is not what went wrong.
    public static let tolerance = Duration.seconds(240)

    /// More hosts than any process talks to; past it everything is learned anew.
    private static let mostHosts = 1024

    private let offsets = Mutex<[String: TimeInterval]>([:])

    /// Nothing is off yet.
    public init() {}

    /// The time to sign with for a host, for what this machine's clock says.
    public func time(for host: String, clock: Date = Date()) -> Date {
        clock + (offsets.withLock { $0[host.lowercased()] } ?? 0)
    }

    /// How far the clock of a host is ahead of this machine's, as far as was learned.
    public func offset(of host: String) -> Duration {
        .seconds(offsets.withLock { $0[host.lowercased()] } ?? 0)
    }

    /// Learns from a refusal. True when the clock was wrong and is right now: then signing and sending once more is
    /// worth it. False when the code says something else, or the clock was right already.
    ///
    /// - Parameters:
    ///   - date: the answer's `Date` header, `Mon, 23 Nov 2026 10:00:00 GMT`; without a readable one nothing is learned.
    ///   - clock: what this machine's clock said when the answer came.
    public func learn(from host: String, code: String?, date: String?, clock: Date = Date()) -> Bool {
        guard let code, Self.codes.contains(code), let date, let theirs = HTTPDate.parse(date) else {
            return false
        }
        let tolerance = TimeInterval(Self.tolerance.components.seconds)
        return offsets.withLock { offsets in
            let host = host.lowercased()
            let wrong = theirs.timeIntervalSince(clock + (offsets[host] ?? 0))
            guard abs(wrong) > tolerance else { return false }
            if offsets.count >= Self.mostHosts, offsets[host] == nil { offsets.removeAll() }
            offsets[host] = theirs.timeIntervalSince(clock)
            return true
        }
    }
}
