import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct ECRRepositoryTests {
    @Test(arguments: [
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/train", "us-east-1", "aws", "train"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a/b", "us-gov-west-1", "aws-us-gov", "a/b"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/train", "cn-north-1", "aws-cn", "team/train"),
        ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/train", "eusc-de-east-1", "aws-eusc", "train"),
        ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov/train", "us-iso-east-1", "aws-iso", "train"),
        ("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/train", "us-isob-east-1", "aws-iso-b", "train"),
        ("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk/train", "eu-isoe-west-1", "aws-iso-e", "train"),
        ("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/train", "us-isof-south-1", "aws-iso-f", "train"),
        ("123456789012.dkr-ecr.us-east-1.on.aws/train", "us-east-1", "aws", "train"),
        ("123456789012.dkr-ecr-fips.us-gov-west-1.on.aws/train", "us-gov-west-1", "aws-us-gov", "train"),
        ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/train", "cn-north-1", "aws-cn", "train"),
        ("123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu/train", "eusc-de-east-1", "aws-eusc", "train"),
    ])
    func `hosts of every partition are parsed`(uri: String, region: String, partition: String, name: String) throws {
        let repository = try ECRRepository(parsing: uri, key: "uri")
        #expect(repository.description == uri)
        #expect(repository.host.account == "123456789012" && repository.host.region == region)
        #expect(repository.host.partition.id == partition && repository.name == name)
        #expect(repository.arn.description == "arn:\(partition):ecr:\(region):123456789012:repository/\(name)")
        let arn = try ECRRepository(parsing: repository.arn.description, key: "repository")
        #expect(arn.arn == repository.arn && arn.name == name && arn.host.partition == repository.host.partition)
    }

    private static let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

    @Test(arguments: [
        ("\(host)/train:v1", "which has a tag", "\(host)/train'"),
        ("\(host)/train:5000", "which has a tag", "\(host)/train'"),
        ("\(host):5000/train", "have no port like ':5000'", "\(host)/train'"),
        ("\(host)/train@sha256:" + String(repeating: "a", count: 64), "which has a digest", "\(host)/train'"),
        ("\(host)/Train", "'T' is one", "train'"),
        ("123456789012.dkr.ecr.US-east-1.amazonaws.com/train", "no capital letters", "\(host)/train'"),
        ("https://\(host)/train", "without 'https://'", "'\(host)/train'"),
        ("\(host)", "a registry without a repository", "\(host)/NAME"),
        ("\(host)/", "a registry without a repository", "\(host)/NAME"),
        ("\(host)/a", "2 to 256 characters", nil),
        ("\(host)/" + String(repeating: "a", count: 257), "at most 255 characters", nil),
        ("\(host)/a//b", "not a repository name", nil),
        ("public.ecr.aws/docker/library/python", "public gallery", "aws ecr create-repository"),
        ("docker.io/library/python", "not a repository of ECR", "type: local"),
        ("", "not a repository of ECR", nil),
        ("12345.dkr.ecr.us-east-1.amazonaws.com/train", "not a repository of ECR", nil),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com/train", "not a repository of ECR", nil),
        ("123456789012.dkr-ecr.us-east-1.amazonaws.com/train", "not a repository of ECR", nil),
        ("\(host).evil.example/train", "not a repository of ECR", nil),
        ("arn:aws:s3:::bucket", "not the ARN of a repository", "repository/NAME"),
        ("arn:aws:ecr:us-east-1:123456789012:train", "not the ARN of a repository", nil),
        ("arn:aws:ecr::123456789012:repository/train", "no region", nil),
        ("arn:aws:ecr:us-east-1::repository/train", "no account", nil),
        ("arn:aws:ecr:cn-north-1:123456789012:repository/train", "partition aws-cn", "arn:aws-cn:ecr:cn-north-1"),
        ("arn:aws:ecr:us-east-1:123456789012:repository/train:v1", "which has a tag", nil),
    ])
    func `a malformed repository is refused with the correct form`(text: String, says: String, hint: String?) {
        let error = #expect(throws: BackendError.self) { _ = try ECRRepository(parsing: text, key: "uri") }
        #expect(error?.category == .invalid && error?.message.contains("'uri'") == true)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
        if let hint { #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")") }
    }
}
