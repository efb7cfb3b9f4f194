/// The rules that make a service's host name, and the places where AWS does not keep to them.
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

    /// The host, and the region that signatures name.
    func host() throws(EndpointError) -> (name: String, signingRegion: String) {
        switch service {
        case .iam: (iam, signingRegion)
        case .s3: (try s3(), region)
        default: ("\(prefix).\(region).\(suffix)", region)
        }
    }

    /// The region that signatures name.
    var signingRegion: String {
        guard service == .iam else { return region }
        // China's answers in one region and is signed for it, but for FIPS, which it has not.
        return partition == .awsCn && !fips ? "cn-north-1" : partition.globalRegion
    }

    private var suffix: String { dualStack ? partition.dualStackSuffix : partition.dnsSuffix }
    private var isCommercialOrGov: Bool { partition == .aws || partition == .awsUsGov }

    private var prefix: String {
        let plain = service.hostPrefix
        switch (service, dualStack) {
        // With IPv6, ECR drops its `api.`; and so does its older FIPS endpoint.
        case (.ecr, true): return fips ? "ecr-fips" : "ecr"
        case (.ecr, false) where fips && isCommercialOrGov: return "ecr-fips"
        // The one that puts the word in the middle.
        case (.sagemaker, false) where fips && isCommercialOrGov: return "api-fips.sagemaker"
        // What GovCloud runs is FIPS as it is; of logs, AWS says so for the regions of today only.
        case (.sts, false), (.sso, false), (.ssoOIDC, false):
            return fips && partition != .awsUsGov ? "\(plain)-fips" : plain
        case (.logs, false) where partition == .awsUsGov && partition.regions.contains(region): return plain
        default: return fips ? "\(plain)-fips" : plain
        }
    }

    /// S3 says `dualstack` within the name, and has no other suffix for it.
    private func s3() throws(EndpointError) -> String {
        if fips, partition == .awsCn {
            throw EndpointError("S3 has no FIPS endpoints in China", hint: "do not ask for FIPS there")
        }
        return "s3\(fips ? "-fips" : "")\(dualStack ? ".dualstack" : "").\(region).\(partition.dnsSuffix)"
    }

    /// One endpoint a partition.
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
