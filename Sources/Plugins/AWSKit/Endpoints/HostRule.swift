/// The rules for a service's host name, with AWS's exceptions.
struct HostRule {
    let service: AWSService
    let region: String
    let fips: Bool
    let dualStack: Bool
    let partition: Partition

    init(service: AWSService, region: String, fips: Bool, dualStack: Bool) {
        self.service = service
        self.region = region
        self.fips = fips
        self.dualStack = dualStack
        partition = Partition.of(region: region) ?? .aws
    }

    /// The host, and the region in signatures.
    func host() throws(EndpointError) -> (name: String, signingRegion: String) {
        switch service {
        case .iam: (iam, signingRegion)
        case .s3: (try s3(), region)
        default: ("\(prefix).\(region).\(suffix)", region)
        }
    }

    /// The region in signatures.
    var signingRegion: String {
        guard service == .iam else { return region }
        // China's endpoint is in one region and is signed for it, except for FIPS, which China does not have.
        return partition == .awsCn && !fips ? "cn-north-1" : partition.globalRegion
    }

    private var suffix: String { dualStack ? partition.dualStackSuffix : partition.dnsSuffix }
    private var isCommercialOrGov: Bool { partition == .aws || partition == .awsUsGov }

    private var prefix: String {
        let plain = service.hostPrefix
        switch (service, dualStack) {
        // With IPv6, ECR's name has no `api.`; neither has its older FIPS endpoint.
        case (.ecr, true): return fips ? "ecr-fips" : "ecr"
        case (.ecr, false) where fips && isCommercialOrGov: return "ecr-fips"
        // SageMaker has `fips` in the middle of the name.
        case (.sagemaker, false) where fips && isCommercialOrGov: return "api-fips.sagemaker"
        // Batch has `fips` before its name, and one endpoint in GovCloud.
        case (.batch, false) where fips && isCommercialOrGov: return partition == .aws ? "fips.batch" : plain
        // GovCloud's plain endpoints are FIPS endpoints. For logs, AWS documents that only for the present regions.
        case (.sts, false), (.sso, false), (.ssoOIDC, false):
            return fips && partition != .awsUsGov ? "\(plain)-fips" : plain
        case (.logs, false) where partition == .awsUsGov && partition.regions.contains(region): return plain
        default: return fips ? "\(plain)-fips" : plain
        }
    }

    /// S3 has `dualstack` within the name, and no separate suffix.
    private func s3() throws(EndpointError) -> String {
        if fips, partition == .awsCn {
            throw EndpointError("S3 has no FIPS endpoints in China", hint: "turn off FIPS endpoints for this region")
        }
        return "s3\(fips ? "-fips" : "")\(dualStack ? ".dualstack" : "").\(region).\(partition.dnsSuffix)"
    }

    /// There is one endpoint per partition.
    private var iam: String {
        let name = fips ? "iam-fips" : "iam"
        switch partition {
        case .awsUsGov: return "iam.us-gov.\(suffix)"
        case .aws: return dualStack ? "\(name).global.\(suffix)" : "\(name).\(suffix)"
        case .awsCn where !fips: return dualStack ? "iam.global.\(suffix)" : "iam.cn-north-1.\(suffix)"
        case _ where dualStack: return "\(name).\(suffix)"
        case .awsIso, .awsIsoB: return "\(name).\(partition.globalRegion).\(suffix)"
        default: return fips ? "\(name).\(suffix)" : "\(name).\(partition.globalRegion).\(suffix)"
        }
    }
}
