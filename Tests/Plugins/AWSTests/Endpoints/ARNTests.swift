import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct ARNTests {
    @Test(arguments: [
        "arn:aws:iam::123456789012:role/path/trainer", "arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/b",
        "arn:aws-us-gov:s3:::bucket/key:with:colons", "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws-eusc:logs:eusc-de-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:*",
    ])
    func `an ARN is written as it was read`(_ text: String) {
        #expect(ARN(text)?.description == text)
    }

    @Test func `the parts of an ARN are read`() throws {
        let role = try #require(ARN("arn:aws-cn:iam::123456789012:role/path/trainer"))
        #expect(role.partition == "aws-cn" && role.service == "iam" && role.region.isEmpty)
        #expect(role.account == "123456789012" && role.resourceType == "role" && role.resourceName == "path/trainer")
        let topic = try #require(ARN("arn:aws:sns:us-east-1:123456789012:topic"))
        #expect(topic.resourceType.isEmpty && topic.resourceName == "topic")
        let made = ARN(partition: "aws", service: "s3", resource: "bucket")
        #expect(made.description == "arn:aws:s3:::bucket")
    }

    @Test(arguments: [
        "", "arn", "arn:aws:iam::123456789012", "arn:aws:iam::123456789012:", "arn:other:iam::123456789012:role/x",
        "ARN:aws:iam::123456789012:role/x", "arn:aws:iam::12345:role/x", "arn:aws:iam::12345678901a:role/x",
        "arn:aws:::123456789012:role/x", "arn:aws:iam::123456789012:role/x y", "arn:aws:iam::123456789012:role/x\n",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:b",
    ])
    func `text that is not an ARN is nil`(_ text: String) {
        #expect(ARN(text) == nil)
    }
}
