import AWSStub
import LaunchAWS
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// A role that a queue gives by its name is of the caller's account, whatever account the image is of.
struct RoleNameTests {
    /// Deep Learning Containers, of AWS's own account.
    private static let foreignImage = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.3"

    private func job(_ role: String) throws -> RunnableJob {
        var job = try TrainingWorld.job("run00001", ["RoleArn": .string(role)])
        job.image.reference = Self.foreignImage
        job.image.name = Self.foreignImage
        return job
    }

    private func runner(account: String? = nil) -> SageMakerRunner {
        SageMakerRunner(nil, options: SageMakerOptions(account: account), model: .bundled, log: .silent)
    }

    @Test(arguments: ["job-role", "role/job-role", "/job-role", "role//job-role"])
    func `offline its account is open`(_ name: String) throws {
        let request = try runner().render(job(name))
        #expect(request.document["RoleArn"] == .string("arn:aws:iam::*:role/job-role"))
        let findings = runner().validate(request)
        #expect(findings.map(\.rule) == [RoleName.rule], "\(findings)")
        let finding = try #require(findings.first)
        #expect(finding.severity == .warning && finding.path.description == "RoleArn")
        #expect(finding.isSettledLater == true)
        #expect(finding.message.contains("the account of the role \"job-role\" is not known offline"))
    }

    @Test func `the configured account is its account`() throws {
        let runner = runner(account: "111122223333")
        let request = try runner.render(job("service-role/job"))
        #expect(request.document["RoleArn"] == .string("arn:aws:iam::111122223333:role/service-role/job"))
        #expect(runner.validate(request).isEmpty)
    }

    @Test(arguments: ["my role!", "a/\u{e9}"])
    func `a name that IAM does not take is still refused`(_ name: String) throws {
        let findings = runner().validate(try runner().render(job(name)))
        #expect(findings.contains { $0.severity == .error && $0.path.description == "RoleArn" }, "\(findings)")
    }

    @Test func `a word that is not a name stays as it is`() async throws {
        let world = try TrainingWorld()
        for role in ["arn:aws:iam::123456789012:role/train", "<REQUIRED>", "s3://<role>"] {
            let job = try job(role)
            #expect(try runner().render(job).document["RoleArn"] == .string(role))
            #expect(try await world.runner().facts(for: job.job).isEmpty)
        }
        #expect(world.stub.calls("sts", "GetCallerIdentity").isEmpty)
    }

    @Test func `the agent asks whose account it is`() async throws {
        let world = try TrainingWorld(keepsCalls: true)
        let runner = try world.runner()
        var job = try job("job-role")
        job.facts = try await runner.facts(for: job.job)
        let request = try runner.render(job)
        #expect(request.document["RoleArn"] == .string("arn:aws:iam::123456789012:role/job-role"))
        #expect(runner.validate(request).isEmpty)
        #expect(world.stub.calls("sts", "GetCallerIdentity").count == 1)
    }

    @Test func `a missing answer gives no account`() async throws {
        let world = try TrainingWorld()
        world.stub.always("sts", "GetCallerIdentity", .error("AccessDenied", "Not authorized.", status: 403))
        let job = try job("job-role").job
        let error = await #expect(throws: BackendError.self) { try await world.runner().facts(for: job) }
        #expect(error?.message.hasPrefix("The account of the role \"job-role\" is unknown. ") == true)
        #expect(error?.hint?.contains("write the whole ARN") == true, "\(String(describing: error?.hint))")
        // Without an environment of AWS there is no STS.
        await #expect(throws: BackendError.self) { try await runner().facts(for: job) }
    }

    @Test func `a role of another partition is written in it`() throws {
        let world = try TrainingWorld()
        let request = try world.runner(region: "cn-north-1").render(job("job-role"))
        #expect(request.document["RoleArn"] == .string("arn:aws-cn:iam::*:role/job-role"))
    }

    @Test func `a policy lets the role be passed in any account where its account is open`() throws {
        let permissions = runner().permissions(for: try runner().render(job("job-role")))
        let pass = try #require(permissions.first { $0.actions == ["iam:PassRole"] })
        #expect(pass.resources == ["arn:aws:iam::*:role/job-role"])
    }
}
