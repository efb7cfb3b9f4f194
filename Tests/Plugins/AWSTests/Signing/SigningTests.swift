import Foundation
import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Cases beyond the published examples: limits, retries, and secrets that are never printed.
@Suite struct SigningTests {
    private let credentials = AWSCredentials(
        accessKeyID: "AKIDPLANTED", secretAccessKey: Secret("planted-secret"), sessionToken: Secret("planted-token"),
        accountID: "123456789012")
    private let time = Date(timeIntervalSince1970: 1_440_938_160)

    @Test
    func `a retry has the same signature as the first attempt`() {
        var request = SigningRequest(method: "PUT", host: "b.s3.amazonaws.com", path: "/key")
        let first = SigV4.sign(
            request, credentials: credentials, service: "s3", region: "us-east-1", at: time, payload: .unsigned)
        request.headers += first.map { ($0.name.lowercased(), $0.value == "20150830T123600Z" ? "old" : $0.value) }
        let second = SigV4.sign(
            request, credentials: credentials, service: "s3", region: "us-east-1", at: time, payload: .unsigned)
        #expect(first.map(\.name) == ["X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "Authorization"])
        #expect(first.map(\.value) == second.map(\.value))
    }

    @Test
    func `the lifetime of a presigned URL is limited to the allowed range`() {
        func life(_ expires: Duration) -> String? {
            let url = SigV4.presign(
                SigningRequest(method: "GET", host: "h"), credentials: credentials, service: "s3", region: "r",
                at: time, expires: expires, scheme: "http")
            #expect(url.hasPrefix("http://h/?"))
            return URLComponents(string: url)?.queryItems?.first { $0.name == "X-Amz-Expires" }?.value
        }
        #expect(life(.seconds(-5)) == "1")
        #expect(life(.milliseconds(90_900)) == "90")
        #expect(life(.seconds(Int64.max)) == "604800")
    }

    @Test
    func `every time has a timestamp`() {
        #expect(CredentialScope.timestamp(.distantPast).hasSuffix("Z"))
        #expect(CredentialScope.timestamp(.distantFuture).count == 16)
        #expect(CredentialScope.timestamp(Date(timeIntervalSince1970: .infinity)) == "99991231T235959Z")
        #expect(CredentialScope.timestamp(Date(timeIntervalSince1970: -1e300)) == "00010101T000000Z")
        #expect(CredentialScope.timestamp(Date(timeIntervalSince1970: -0.5)) == "19691231T235959Z")
    }

    @Test
    func `signing keys are cached up to a limit`() async {
        let keys = SigningKeys(capacity: 10)
        await withDiscardingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let scope = CredentialScope(
                        at: Date(timeIntervalSince1970: Double(number % 3) * 86_400), region: "r", service: "s")
                    let secret = Secret("secret \(number % 40)")
                    #expect(keys.key(secret, scope) == SigningKeys.derive(secret, scope))
                    #expect(keys.key(secret, scope) == SigningKeys.derive(secret, scope))
                }
            }
        }
        #expect((1...10).contains(keys.count))
    }

    @Test func `a description or a dump contains no secret`() {
        let (_, chunks) = SigV4.signStreaming(
            SigningRequest(method: "PUT", host: "h"), credentials: credentials, service: "s3", region: "r", at: time,
            length: 1)
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(chunks, to: &dumped)
        dump([credentials], to: &dumped)
        dumped += "\(credentials) \(String(reflecting: credentials)) \([credentials]) \(chunks)"
        #expect(!dumped.lowercased().contains("planted"))
        #expect(!dumped.contains("123456789012"))
    }
}
