import LaunchAWS
import LaunchHost
import Testing

@testable import LaunchSageMaker

struct RefusalTests {
    @Test func `a quota is parsed`() throws {
        let words =
            "The account-level service limit 'ml.p3.2xlarge for spot training job usage' is 4 Instances, with current "
            + "utilization of 3 Instances and a request delta of 2 Instances. Please use AWS Service Quotas."
        let quota = try #require(Quota(words))
        #expect(quota.name == "ml.p3.2xlarge for spot training job usage")
        #expect([quota.limit, quota.used, quota.asked] == [4, 3, 2])
        #expect(!quota.isOutOfReach)
        #expect(try #require(Quota(words.replacing("is 4", with: "is 1"))).isOutOfReach)
        #expect(Quota("The service is not available in this region.") == nil)
        let error = Refusal.explained(AWSError(.quota, words, code: "ResourceLimitExceeded"))
        #expect(error.category == .quota && error.message == quota.description)
        let other = Refusal.explained(AWSError(.quota, "Not available here.", code: "ResourceLimitExceeded"))
        #expect(other.message.contains("Not available here."))
    }

    @Test(arguments: [
        (
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: sagemaker:CreateTrainingJob on resource: "
                + "arn:aws:sagemaker:us-east-1:1:training-job/x because no identity-based policy allows it",
            "sagemaker:CreateTrainingJob", "arn:aws:sagemaker:us-east-1:1:training-job/x" as String?
        ),
        (
            "User: x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r", "iam:PassRole",
            "arn:aws:iam::1:role/r"
        ),
        ("User: x is not authorized to perform: sagemaker:ListTrainingJobs", "sagemaker:ListTrainingJobs", nil),
    ])
    func `a missing permission is parsed`(words: String, action: String, resource: String?) throws {
        let missing = try #require(MissingPermission(words))
        #expect(missing.action == action && missing.resource == resource)
        let error = Refusal.explained(AWSError(.auth, words, code: "AccessDeniedException"))
        #expect(error.category == .denied)
        #expect(error.hint?.hasPrefix("Allow \(action)") == true)
        #expect(error.hint?.contains("launch iam-policy") == true)
    }

    @Test func `a rejection for another reason is not a missing permission`() {
        #expect(MissingPermission("The security token is wrong.") == nil)
        #expect(Refusal.explained(AWSError(.auth, "The security token is wrong.")).hint == nil)
    }

    @Test(arguments: [
        (
            "2 validation errors detected: Value 'x' at 'resourceConfig.instanceType' failed to satisfy constraint: a; "
                + "Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: b",
            "Look at ResourceConfig.InstanceType, StoppingCondition.MaxRuntimeInSeconds in 'launch plan'."
        ),
        ("Access denied for repository: team/train", "The job's role must be allowed to pull: ecr:BatchGetImage"),
        ("Could not assume role arn:aws:iam::1:role/r", "The role's trust policy must name sagemaker.amazonaws.com."),
    ])
    func `a validation error says what to check`(words: String, hint: String) {
        let error = Refusal.explained(AWSError(.invalid, words, code: "ValidationException"))
        #expect(error.category == .invalid)
        #expect(error.hint?.hasPrefix(hint) == true, "\(error.hint ?? "-")")
        #expect(error.message.contains(words))
    }
}
