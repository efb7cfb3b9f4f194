import Foundation
import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Our signatures compared with those of the installed botocore, on generated requests.
@Suite struct SigV4BotocoreTests {
    private struct Case: Decodable {
        let method: String
        let host: String
        let path: String
        let query: [[String?]]
        let headers: [[String]]
        let service: String
        let region: String
        let time: Int
        let accessKeyID: String
        let secret: String
        let token: String?
        let hash: String?
        let expires: Int?
        let expected: String

        var request: SigningRequest {
            SigningRequest(
                method: method, host: host, path: path, query: query.map { (($0.first ?? nil) ?? "", $0.last ?? nil) },
                headers: headers.map { ($0.first ?? "", $0.last ?? "") })
        }
        var credentials: AWSCredentials {
            AWSCredentials(
                accessKeyID: accessKeyID, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) })
        }

        /// Our result: the presigned URL or the `Authorization` header.
        var ours: String? {
            let time = Date(timeIntervalSince1970: TimeInterval(time))
            if let expires {
                return SigV4.presign(
                    request, credentials: credentials, service: service, region: region, at: time,
                    expires: .seconds(expires))
            }
            return SigV4.sign(
                request, credentials: credentials, service: service, region: region, at: time,
                payload: hash.map { .hash($0) } ?? .unsigned
            ).first { $0.name == "Authorization" }?.value
        }
    }

    @Test func `six thousand requests have the signatures of botocore`() async throws {
        guard let answer = try await Botocore.lines(of: "botocore_signatures.py", ["6000", "20260823"], as: Case.self)
        else { return }
        #expect(answer.cases.count == 6000)
        let different = answer.cases.filter { $0.ours != $0.expected }
        for one in different.prefix(5) {
            Issue.record("\(one.method) \(one.request.target) of \(one.service):\n\(one.ours ?? "")\n\(one.expected)")
        }
        #expect(different.isEmpty)
        let presigned = answer.cases.count { $0.expires != nil }
        print(
            "botocore \(answer.version): \(answer.cases.count - different.count) of \(answer.cases.count) requests "
                + "signed identically, \(presigned) of them presigned URLs, "
                + "\(answer.cases.count { $0.service == "s3" }) for S3")
    }
}
