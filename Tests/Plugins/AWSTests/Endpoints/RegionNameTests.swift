import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct RegionNameTests {
    private func finding(_ region: String) -> Finding? {
        RegionName.finding(about: region, at: FieldPath())
    }

    @Test(arguments: ["us-east-1", "cn-northwest-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1"])
    func `known regions have no finding`(_ region: String) {
        #expect(finding(region) == nil)
    }

    @Test(arguments: [
        ("us-est-1", "us-east-1"), ("eu-cental-1", "eu-central-1"), ("us-east1", "us-east-1"),
        ("US-EAST-1", "us-east-1"), ("us-gov-wset-1", "us-gov-west-1"), ("useast-1", "us-east-1"),
    ])
    func `misspelt regions are errors`(_ region: String, _ meant: String) {
        #expect(finding(region)?.severity == .error)
        #expect(finding(region)?.message == "the region \"\(region)\" does not exist; did you mean '\(meant)'?")
    }

    @Test(arguments: ["", "mars", "us-east-1a", "aws-global", "us--1", "us-east-", "-east-1", "a\u{1B}[31m"])
    func `text that cannot be a region is an error`(_ region: String) {
        #expect(finding(region)?.severity == .error)
        #expect(finding(region)?.description.contains("\u{1B}") == false)
    }

    @Test(arguments: ["us-east-9", "mx-north-1", "eusc-de-west-1", "us-gov-central-1"])
    func `regions that may be new are warnings`(_ region: String) {
        #expect(finding(region)?.severity == .warning)
    }

    @Test func `a region belongs to its partition`() {
        #expect(Partition.of(region: "eu-west-1") == .aws)
        #expect(Partition.of(region: "us-gov-east-7") == .awsUsGov)
        #expect(Partition.of(region: "eusc-de-west-1") == .awsEusc)
        #expect(Partition.of(region: "us-isof-east-1") == .awsIsoF)
        #expect(Partition.of(region: "eusc-fr-west-1") == nil)
        #expect(Partition.of(region: "nowhere") == nil)
        #expect(Partition.named("aws-cn") == .awsCn)
        #expect(Partition.named("azure") == nil)
    }

    @Test func `the URL of the console is that of the partition`() {
        #expect(
            Partition.aws.consoleURL(region: "eu-west-1", page: "sagemaker/home", fragment: "/jobs/my job")
                == "https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/my%20job")
        #expect(
            Partition.awsCn.consoleURL(region: "cn-north-1", page: "ecr")
                == "https://console.amazonaws.cn/ecr?region=cn-north-1")
        #expect(Partition.awsIsoE.consoleURL(region: "eu-isoe-west-1", page: "ecr") == nil)
    }
}
