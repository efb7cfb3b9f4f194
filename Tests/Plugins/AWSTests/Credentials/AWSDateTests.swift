import Foundation
import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The formats that tools use for the expiration time of credentials.
@Suite struct AWSDateTests {
    /// 2026-11-29T10:20:30Z.
    private static let moment = Date(timeIntervalSince1970: 1_795_947_630)

    @Test(arguments: [
        "2026-11-29T10:20:30Z", "2026-11-29T10:20:30z", "2026-11-29t10:20:30Z", "2026-11-29 10:20:30Z",
        "2026-11-29T10:20:30UTC", "2026-11-29 10:20:30 UTC", "2026-11-29T10:20:30GMT", "2026-11-29T10:20:30",
        "2026-11-29T10:20:30+00:00", "2026-11-29T10:20:30+0000", "2026-11-29T12:20:30+02",
        "2026-11-29T15:50:30+05:30",
        "2026-11-29T04:50:30-0530", "2026-11-29 10:20:30 +0000", "20261129T102030Z", "2026-11-29T10:20:30.000Z",
        "2026-11-29T10:20:30.0000000Z", "Sun, 29 Nov 2026 10:20:30 GMT", "Sun Nov 29 10:20:30 2026",
        "Sunday, 29-Nov-26 10:20:30 GMT", "Sun, 29 Nov 2026 15:50:30 +0530", "1795947630", "1795947630.0",
        "1795947630000", " 2026-11-29T10:20:30Z\n",
    ])
    func `a time is parsed in every known format`(_ text: String) {
        #expect(AWSDate.parse(text) == Self.moment)
    }

    @Test func `fractions of seconds and times without seconds are parsed`() {
        #expect(AWSDate.parse("2026-11-29T10:20:30.25Z") == Self.moment.addingTimeInterval(0.25))
        #expect(AWSDate.parse("2026-11-29T10:20Z") == Self.moment.addingTimeInterval(-30))
    }

    @Test(arguments: [
        "", "soon", "2026-11-29", "2026", "2026-13-29T10:20:30Z", "2026-11-29T25:20:30Z", "10:20", "-1", "1e9",
        "nan",
        "2026-11-29T10:20:30Zulu", "2026-11-29T10:20:30+", String(repeating: "9", count: 400),
    ])
    func `text that is not a time is nil`(_ text: String) {
        #expect(AWSDate.parse(text) == nil)
    }

    private func end(_ expiration: String) throws -> Date? {
        let text = #"{"AccessKeyId": "k", "SecretAccessKey": "s", "Token": "t", "Expiration": \#(expiration)}"#
        let document = try #require(CredentialDocument(text.utf8))
        return try document.credentials(token: "Token", needsExpiry: false).expiration
    }

    @Test
    func `a number is a time, and null means no expiration`() throws {
        #expect(try end("1795947630") == Self.moment)
        #expect(try end("1795947630.0") == Self.moment)
        #expect(try end("1795947630000") == Self.moment)
        #expect(try end("null") == nil)
        #expect(try end(#""""#) == nil)
        for wrong in ["true", "[]", "{}", "1e300", "\"soon\""] {
            #expect(throws: AWSError.self) { _ = try end(wrong) }
        }
    }

    @Test
    func `a number is accepted as a required expiration time`() throws {
        let text = #"{"AccessKeyId": "k", "SecretAccessKey": "s", "Token": "t", "Expiration": 1795947630}"#
        let document = try #require(CredentialDocument(text.utf8))
        #expect(try document.credentials(token: "Token", needsExpiry: true).expiration == Self.moment)
    }
}
