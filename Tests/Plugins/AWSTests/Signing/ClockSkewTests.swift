import Foundation
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct ClockSkewTests {
    /// 2026-11-23 10:00:00 UTC.
    private let clock = Date(timeIntervalSince1970: 1_795_428_000)

    @Test
    func `the difference is learned once per host`() {
        let skew = ClockSkew()
        let answer = "Mon, 23 Nov 2026 10:20:30 GMT"
        #expect(skew.learn(from: "sts.amazonaws.com", code: "SignatureDoesNotMatch", date: answer, clock: clock))
        #expect(skew.time(for: "STS.amazonaws.com", clock: clock) == clock + 1230)
        #expect(skew.offset(of: "sts.amazonaws.com") == .seconds(1230))
        #expect(skew.time(for: "s3.amazonaws.com", clock: clock) == clock)
        #expect(!skew.learn(from: "sts.amazonaws.com", code: "SignatureDoesNotMatch", date: answer, clock: clock))
        // The machine's clock was corrected meanwhile.
        let right = clock + 1230
        #expect(skew.learn(from: "sts.amazonaws.com", code: "RequestExpired", date: answer, clock: right))
        #expect(skew.time(for: "sts.amazonaws.com", clock: right) == right)
    }

    @Test(arguments: ["RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException"])
    func `the codes of a wrong clock change the offset`(_ code: String) {
        #expect(ClockSkew().learn(from: "h", code: code, date: "Mon, 23 Nov 2026 09:00:00 GMT", clock: clock))
    }

    private static let useless: [(String?, String?)] = [
        ("AccessDenied", "Mon, 23 Nov 2026 12:00:00 GMT"), (nil, "Mon, 23 Nov 2026 12:00:00 GMT"),
        ("SignatureDoesNotMatch", nil), ("SignatureDoesNotMatch", "2026-11-23T12:00:00Z"),
        ("SignatureDoesNotMatch", ""), ("SignatureDoesNotMatch", "Mon, 99 Nov 99999 12:00:00 GMT"),
        ("SignatureDoesNotMatch", "Mon, 23 Foo 2026 12:00:00 GMT"),
        ("SignatureDoesNotMatch", "Mon, 23 Nov 2026 12:60:00 GMT"),
        ("SignatureDoesNotMatch", "Mon, 23 Nov 2026 10:03:59 GMT"),
        ("SignatureDoesNotMatch", "Mon, 23 Nov 2026 09:56:01 GMT"),
    ]

    @Test(arguments: useless)
    func `other codes and invalid dates do not change the offset`(_ code: String?, _ date: String?) {
        let skew = ClockSkew()
        #expect(!skew.learn(from: "h", code: code, date: date, clock: clock))
        #expect(skew.offset(of: "h") == .zero)
    }
}
