import LaunchHost
import Testing

@testable import LaunchBatch

/// The policy of the agent.
@Suite struct PermissionsTests {
    private static func permissions(_ template: String) throws -> [Permission] {
        let request = try BatchRequest(try BatchRender(BatchAccount.job(template)).request())
        return JobPermissions(request, region: "us-east-1", account: "123456789012", group: JobLogs.defaultGroup).all
    }

    private static func resources(_ action: String, _ permissions: [Permission]) -> [String] {
        permissions.filter { $0.actions.contains(action) }.flatMap(\.resources)
    }

    @Test func `each call is permitted on the queue's resources only, where IAM can do that`() throws {
        let all = try Self.permissions(
            """
            {"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048}, "container_properties":
             {"jobRoleArn": "arn:aws:iam::123456789012:role/train", "executionRoleArn": "arn:aws:iam::123456789012:role/run"}}
            """)
        let start = "arn:aws:batch:us-east-1:123456789012:"
        #expect(
            Self.resources("batch:SubmitJob", all) == ["\(start)job-queue/training", "\(start)job-definition/launch-*"])
        #expect(Self.resources("batch:RegisterJobDefinition", all) == ["\(start)job-definition/launch-*"])
        #expect(Self.resources("batch:DeregisterJobDefinition", all) == ["\(start)job-definition/launch-*"])
        #expect(Self.resources("batch:TerminateJob", all) == ["\(start)job/*"])
        #expect(Self.resources("batch:DescribeJobs", all) == ["*"])
        #expect(
            Self.resources("iam:PassRole", all)
                == ["arn:aws:iam::123456789012:role/train", "arn:aws:iam::123456789012:role/run"])
        #expect(
            Self.resources("logs:FilterLogEvents", all)
                == ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/batch/job:*"])
        #expect(all.contains { $0.holder == .job && $0.actions.contains("logs:PutLogEvents") })
    }

    @Test func `a definition of the user needs no registration`() throws {
        let all = try Self.permissions(#"{"job_queue": "training", "job_definition": "own"}"#)
        #expect(Self.resources("batch:RegisterJobDefinition", all).isEmpty)
        #expect(Self.resources("batch:SubmitJob", all).last?.hasSuffix("job-definition/own:*") == true)
    }
}
