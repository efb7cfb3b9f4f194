// Made by scripts/regenerate-aws-regions; do not edit.

/// The partitions, and the regions that existed when this was made.
extension Partition {
    /// The source of these regions, and the date of its use.
    public static let source = "botocore 1.43.11, 2026-11-23"

    /// All partitions.
    public static let all: [Partition] = [
        .aws, .awsCn, .awsEusc, .awsIso, .awsIsoB, .awsIsoE, .awsIsoF, .awsUsGov,
    ]

    /// `aws`.
    public static let aws = Partition(
        id: "aws", dnsSuffix: "amazonaws.com",
        dualStackSuffix: "api.aws",
        globalRegion: "us-east-1",
        prefixes: ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        regions: [
            "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
            "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
            "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
            "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
            "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2",
            "us-west-1", "us-west-2",
        ])

    /// `aws-cn`.
    public static let awsCn = Partition(
        id: "aws-cn", dnsSuffix: "amazonaws.com.cn",
        dualStackSuffix: "api.amazonwebservices.com.cn",
        globalRegion: "cn-northwest-1",
        prefixes: ["cn"],
        regions: [
            "cn-north-1", "cn-northwest-1",
        ])

    /// `aws-eusc`.
    public static let awsEusc = Partition(
        id: "aws-eusc", dnsSuffix: "amazonaws.eu",
        dualStackSuffix: "api.amazonwebservices.eu",
        globalRegion: "eusc-de-east-1",
        prefixes: ["eusc-de"],
        regions: [
            "eusc-de-east-1"
        ])

    /// `aws-iso`.
    public static let awsIso = Partition(
        id: "aws-iso", dnsSuffix: "c2s.ic.gov",
        dualStackSuffix: "api.aws.ic.gov",
        globalRegion: "us-iso-east-1",
        prefixes: ["us-iso"],
        regions: [
            "us-iso-east-1", "us-iso-west-1",
        ])

    /// `aws-iso-b`.
    public static let awsIsoB = Partition(
        id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov",
        dualStackSuffix: "api.aws.scloud",
        globalRegion: "us-isob-east-1",
        prefixes: ["us-isob"],
        regions: [
            "us-isob-east-1", "us-isob-west-1",
        ])

    /// `aws-iso-e`.
    public static let awsIsoE = Partition(
        id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk",
        dualStackSuffix: "api.cloud-aws.adc-e.uk",
        globalRegion: "eu-isoe-west-1",
        prefixes: ["eu-isoe"],
        regions: [
            "eu-isoe-west-1"
        ])

    /// `aws-iso-f`.
    public static let awsIsoF = Partition(
        id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov",
        dualStackSuffix: "api.aws.hci.ic.gov",
        globalRegion: "us-isof-south-1",
        prefixes: ["us-isof"],
        regions: [
            "us-isof-east-1", "us-isof-south-1",
        ])

    /// `aws-us-gov`.
    public static let awsUsGov = Partition(
        id: "aws-us-gov", dnsSuffix: "amazonaws.com",
        dualStackSuffix: "api.aws",
        globalRegion: "us-gov-west-1",
        prefixes: ["us-gov"],
        regions: [
            "us-gov-east-1", "us-gov-west-1",
        ])
}
