import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The facts about addresses and variables that the plugins `ecr` and `aws` declare.
struct ECRHintsTests {
    @Test(arguments: [
        (
            "arn:aws:ecr:us-east-1:123456789012:repository/team/train",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/train"
        ),
        ("arn:aws-cn:ecr:cn-north-1:123456789012:repository/x", nil),
        (
            "arn:aws-cn:ecr:cn-north-1:123456789012:repository/xy",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/xy"
        ),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/train",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"
        ),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "123456789012.dkr.ecr.us-east-1.amazonaws.com/NAME"),
        ("123456789012.dkr-ecr.us-east-1.on.aws/a:v1", "123456789012.dkr-ecr.us-east-1.on.aws/NAME"),
        ("public.ecr.aws/team/train", nil), ("arn:aws:s3:::bucket", nil), ("localhost:5000/team", nil), ("", nil),
    ])
    func `an address of ECR is recognised in each of its forms`(text: String, uri: String?) throws {
        let address = try #require(ECRRegistry.plugin.hints.address)
        #expect(address.key == "uri" && address.value(text) == uri)
        let matches = try text.firstMatch(of: Regex(address.pattern)) != nil
        #expect(matches || uri == nil)
    }

    @Test func `credential helpers get the location of the credentials and no key`() {
        let variables = AWSEnvironment.plugin.variables
        #expect(variables.prefixes == ["AWS_"])
        #expect(variables.forCredentialHelpers.contains("AWS_PROFILE"))
        for secret in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"] {
            #expect(!variables.forCredentialHelpers.contains(secret))
        }
    }
}
