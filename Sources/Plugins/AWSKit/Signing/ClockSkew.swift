public import FoundationEssentials
internal import LaunchHTTP
import Synchronization

/// The difference between this machine's clock and the services' clocks. It is kept per host, because a proxy or an
/// emulator may have its own clock.
public final class ClockSkew: Sendable {
    /// The error codes that a wrong clock can cause.
    public static let codes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException",
    ]

    /// The smallest difference to correct. AWS allows 5 min (15 min for S3), so a smaller one is not the cause of a
    /// refusal.
    public static let tolerance = Duration.seconds(240)

    /// The largest number of hosts; a process uses fewer. Above it, all differences are learned again.
    private static let mostHosts = 1024

    private let offsets = Mutex<[String: TimeInterval]>([:])

    /// Starts with no difference.
    public init() {}

    /// The time to sign with for a host, computed from this machine's clock.
    public func time(for host: String, clock: Date = Date()) -> Date {
        clock + (offsets.withLock { $0[host.lowercased()] } ?? 0)
    }

    /// The known difference between the clock of a host and this machine's.
    public func offset(of host: String) -> Duration {
        .seconds(offsets.withLock { $0[host.lowercased()] } ?? 0)
    }

    /// Learns from a refusal. Returns true if the clock was wrong and is now corrected: then the request should be
    /// signed and sent again. Returns false if the code has another cause, or the clock was already right.
    ///
    /// - Parameters:
    ///   - date: the reply's `Date` header, `Mon, 23 Nov 2026 10:00:00 GMT`. Without a valid one nothing is learned.
    ///   - clock: this machine's time when the reply arrived.
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
