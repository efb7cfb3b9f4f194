import Foundation
import LaunchCrypto
import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The example signatures of AWS's documentation and of its Signature Version 4 test suite.
@Suite struct PublishedExamplesTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let request: SigningRequest
        let body: String
        let signature: String
        var testDescription: String { name }

        init(
            _ name: String, _ method: String, _ path: String, query: [(String, String?)] = [],
            headers: [(String, String)] = [], body: String = "", _ signature: String
        ) {
            self.name = name
            request = SigningRequest(
                method: method, host: "example.amazonaws.com", path: path, query: query.map { ($0.0, $0.1) },
                headers: headers.map { ($0.0, $0.1) })
            self.body = body
            self.signature = signature
        }
    }

    static let suite = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
    /// 2015-08-30 12:36:00 UTC.
    static let suiteTime = Date(timeIntervalSince1970: 1_440_938_160)
    static let examples = [
        Example(
            "get-vanilla", "GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Example(
            "get-vanilla-query-order-key-case", "GET", "/", query: [("Param2", "value2"), ("Param1", "value1")],
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Example(
            "get-vanilla-empty-query-key", "GET", "/", query: [("Param1", "value1")],
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Example(
            "get-utf8", "GET", "/\u{1234}", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Example(
            "get-relative-relative", "GET", "/example1/example2/../..",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Example(
            "get-slashes", "GET", "//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        Example(
            "get-space", "GET", "/example space/",
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        Example(
            "get-header-value-trim", "GET", "/",
            headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Example(
            "get-header-value-order", "GET", "/",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Example(
            "post-vanilla", "POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Example(
            "post-x-www-form-urlencoded", "POST", "/",
            headers: [("Content-Type", "application/x-www-form-urlencoded")], body: "Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]

    @Test(arguments: examples)
    func `each request of the test suite has its published signature`(_ example: Example) {
        let headers = SigV4.sign(
            example.request, credentials: Self.suite, service: "service", region: "us-east-1", at: Self.suiteTime,
            payload: .bytes(example.body.utf8))
        #expect(headers.map(\.name) == ["X-Amz-Date", "Authorization"])
        #expect(headers.first?.value == "20150830T123600Z")
        #expect(headers.last?.value.hasSuffix("Signature=\(example.signature)") == true)
    }

    @Test func `the published signature of a query request is computed`() {
        let request = SigningRequest(
            method: "GET", host: "iam.amazonaws.com", query: [("Action", "ListUsers"), ("Version", "2010-05-08")],
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        let headers = SigV4.sign(
            request, credentials: Self.suite, service: "iam", region: "us-east-1", at: Self.suiteTime, payload: .empty)
        #expect(
            headers.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test func `the published signing key is computed`() {
        let scope = CredentialScope(at: Self.suiteTime, region: "us-east-1", service: "iam")
        #expect(
            Hex.encode(SigningKeys.derive(Self.suite.secretAccessKey, scope))
                == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }
}
