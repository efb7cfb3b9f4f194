import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Our endpoints compared with those that the installed botocore resolves from the services' rule sets.
@Suite struct EndpointBotocoreTests {
    private struct Case: Decodable {
        let service: String
        let environmentName: String
        let signingName: String
        let region: String
        let fips: Bool
        let dualStack: Bool
        let bucket: String?
        let pathStyle: Bool
        /// Nil if botocore refuses.
        let url: String?
        let signingRegion: String?
        /// The result of botocore's other table, of host names.
        let older: String?

        var words: String {
            "\(service) \(region)\(fips ? " fips" : "")\(dualStack ? " dualstack" : "")\(pathStyle ? " path" : "") "
                + (bucket ?? "")
        }

        /// The rule set has `api.ecr-fips`; the other table and AWS's documentation have `ecr-fips`.
        var isDisputed: Bool { older != url && older != nil && ["aws", "aws-us-gov"].contains(partition) }
        var expected: String? { isDisputed ? older : url }
        private var partition: String { Partition.of(region: region)?.id ?? "" }

        var ours: Endpoint? {
            guard let service = EndpointBotocoreTests.services.first(where: { $0.id == service }) else { return nil }
            let endpoint = try? Endpoint.resolve(
                service: service, region: region, fips: fips, dualStack: dualStack)
            guard let bucket else { return endpoint }
            return try? endpoint?.bucket(bucket, pathStyle: pathStyle)
        }
    }

    static let services: [AWSService] = [.sagemaker, .ecr, .sts, .logs, .s3, .iam, .sso, .ssoOIDC, .batch]

    @Test func `endpoints are those of botocore`() async throws {
        guard let answer = try await Botocore.lines(of: "botocore_endpoints.py", as: Case.self) else { return }
        #expect(answer.cases.count > 1_500)
        var different = 0
        for one in answer.cases {
            let ours = one.ours
            let isSame =
                ours?.url == one.expected && (ours == nil || ours?.signingRegion == one.signingRegion)
                && Self.services.contains { $0.environmentName == one.environmentName && $0.id == one.service }
                && (ours == nil || ours?.signingName == one.signingName)
            if isSame { continue }
            different += 1
            if different <= 10 {
                Issue.record(
                    """
                    \(one.words): \(ours?.url ?? "none") \(ours?.signingRegion ?? ""), botocore \
                    \(one.expected ?? "none") \(one.signingRegion ?? "")
                    """)
            }
        }
        #expect(different == 0)
        let disputed = answer.cases.count { $0.isDisputed }
        print(
            "botocore \(answer.version): \(answer.cases.count - different) of \(answer.cases.count) endpoints are the "
                + "same; for \(disputed), ECR under FIPS, botocore's two tables differ and the older one is followed")
    }

    @Test func `the regions are those of botocore`() async throws {
        guard let answer = try await Botocore.lines(of: "botocore_endpoints.py", as: Case.self) else { return }
        guard Partition.source.hasPrefix("botocore \(answer.version),") else {
            print("Regions not compared: they are of \(Partition.source), installed is \(answer.version).")
            return
        }
        let known = Set(Partition.all.flatMap(\.regions))
        let new: Set = [
            "us-east-9", "eu-central-7", "mx-north-2", "cn-south-3", "us-gov-central-1", "us-iso-north-1",
            "eusc-de-west-2",
        ]
        #expect(known == Set(answer.cases.map(\.region)).subtracting(new))
    }
}
