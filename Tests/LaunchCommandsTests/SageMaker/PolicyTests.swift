import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

/// `launch iam-policy` allows the calls that any run of the queue may need. A value that only a submit knows is `*`.
struct PolicyTests {
    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/{{team}}-training
        AlgorithmSpecification: {TrainingImage: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/{{team}}/train:{{tag}}"}
        ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: "{{count}}", VolumeSizeInGB: 30}
        OutputDataConfig: {S3OutputPath: "s3://models/${project_name}/${run_id}/${author}"}
        CheckpointConfig: {S3Uri: "s3://{{bucket}}/ck/${run_name}"}
        StoppingCondition: {MaxRuntimeInSeconds: 7200}
        RemoteDebugConfig: {EnableRemoteDebug: "{{debug}}"}
        template_variables:
          team: {type: string, default: vision}
          tag: {type: string}
          count: {type: integer, default: 2}
          bucket: {type: string, enum: [a, b]}
          debug: {type: boolean, default: false}

        """

    private func resources(_ answer: Desk.Answer) throws -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for statement in try answer.json()["Statement"]?.arrayValue ?? [] {
            let resources = (statement["Resource"]?.arrayValue ?? []).compactMap(\.stringValue)
            for action in (statement["Action"]?.arrayValue ?? []).compactMap(\.stringValue) {
                found[action, default: []].formUnion(resources)
            }
        }
        return found
    }

    @Test func `values that only a submit knows stay open, and two calls print the same policy`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue + "allow_overrides: []\n")
        for holder in ["agent", "job"] {
            let answers = [
                await desk.run("iam-policy --for \(holder)"), await desk.run("iam-policy --for \(holder)"),
            ]
            #expect(answers[0].code == .ok && answers[0].errors.isEmpty, "\(answers[0].errors)")
            #expect(answers[0].output == answers[1].output)
            for word in ["vision", "project", "author", "run00000", "latest"] {
                #expect(!answers[0].output.contains(word), "\(word): \(answers[0].output)")
            }
        }
        let agent = try resources(await desk.run("iam-policy"))
        #expect(agent["iam:PassRole"] == ["arn:aws:iam::123456789012:role/*-training"])
        let image: Set = ["arn:aws:ecr:eu-west-1:123456789012:repository/*/train"]
        #expect(agent["ecr:BatchGetImage"] == image)
        let job = try resources(await desk.run("iam-policy --for job"))
        #expect(job["ecr:BatchGetImage"] == image)
        #expect(job["s3:PutObject"] == ["arn:aws:s3:::models/*/*/*/*", "arn:aws:s3:::*/ck/*/*"])
        #expect(job["s3:ListBucket"] == ["arn:aws:s3:::models", "arn:aws:s3:::*"])
        #expect(job["ssmmessages:OpenDataChannel"] == ["*"])
    }

    @Test func `the policy includes images that a submit or a Dockerfile may name`() async throws {
        let queue = SageMakerCommandTests.queue
        let desk = try await SageMakerCommandTests().desk(queue: queue)
        let everything: Set = ["arn:aws:ecr:*:*:repository/*"]
        #expect(try resources(await desk.run("iam-policy"))["ecr:BatchGetImage"]?.isSuperset(of: everything) == true)
        #expect(
            try resources(await desk.run("iam-policy --for job"))["ecr:BatchGetImage"]?
                .contains("arn:aws:ecr:eu-west-1:*:repository/*") == true)

        func edit(_ more: String) async throws -> [String: Set<String>] {
            let file = try desk.folder.write("queue.yaml", queue + more)
            let edited = await desk.run("queue edit train --config \(file)")
            try #require(edited.code == .ok, "\(edited.errors)")
            return try resources(await desk.run("iam-policy"))
        }
        let named =
            "allow_overrides: []\nallow_sources: {images: [\"210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/**\"]}\n"
        #expect(
            try await edit(named)["ecr:BatchGetImage"] == ["arn:aws:ecr:eu-west-1:210987654321:repository/team/*"])
        // A build may have any base image.
        let built = "allow_overrides: []\nallow_sources: {folders: any}\n"
        #expect(try await edit(built)["ecr:BatchGetImage"] == everything)
        #expect(try await edit(built)["ecr:GetAuthorizationToken"] == ["*"])
    }

    @Test func `a template that is not filled in has no policy`() async throws {
        let desk = try await SageMakerCommandTests().desk(
            queue: SageMakerCommandTests.queue.replacing(
                "arn:aws:iam::123456789012:role/service-role/training", with: "<REQUIRED>"))
        for holder in ["agent", "job"] {
            let answer = await desk.run("iam-policy --for \(holder)")
            #expect(answer.code == .invalidData && answer.output.isEmpty, "\(answer)")
            #expect(answer.errors.contains("The template of queue train is not filled in."), "\(answer.errors)")
            #expect(answer.errors.contains("queue.yaml:1:10: RoleArn: "), "\(answer.errors)")
            #expect(answer.errors.contains("launch queue edit train"), "\(answer.errors)")
        }
        let bucket = try await SageMakerCommandTests().desk(
            queue: SageMakerCommandTests.queue.replacing("s3://models", with: "s3://<bucket>"))
        #expect(await bucket.run("iam-policy").code == .invalidData)
    }

    @Test func `a role by name is of any account until its account is known`() async throws {
        let queue = SageMakerCommandTests.queue.replacing(
            "arn:aws:iam::123456789012:role/service-role/training", with: "service-role/training")
        let desk = try await SageMakerCommandTests().desk(queue: queue)
        #expect(
            try resources(await desk.run("iam-policy"))["iam:PassRole"]
                == ["arn:aws:iam::*:role/service-role/training"])
        // A submit says nothing: the agent asks. A plan that may not ask does.
        let plan = await desk.run("plan -q train --image \(SageMakerCommandTests.image) --offline")
        #expect(
            plan.code == .ok && plan.output.contains("queue.yaml:1:10: warning: RoleArn: the account of"), "\(plan)")
        let submit = await desk.run("submit -q train --image \(SageMakerCommandTests.image)")
        #expect(submit.code == .ok && submit.errors.isEmpty, "\(submit.errors)")
        let config = try desk.folder.write(
            "launch-config.yaml",
            "queues: [train]\nenvironment: {type: aws, region: eu-west-1}\nregistry: {type: mock}\n"
                + "runner: {type: sagemaker, account: \"111122223333\"}\n")
        var other = desk
        other.variables["LAUNCH_CONFIG"] = config
        #expect(
            try resources(await other.run("iam-policy"))["iam:PassRole"]
                == ["arn:aws:iam::111122223333:role/service-role/training"])
    }

    @Test func `a runner that declares no permissions is named`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create quiet -r mock")
        let answer = await desk.run("iam-policy")
        #expect(answer.code == .ok)
        #expect(answer.errors.contains("the runner mock does not declare the permissions"), "\(answer.errors)")
        #expect(!answer.errors.contains("need no cloud permissions"))
    }

    // MARK: roles

    @Test func `a queue's file is enough, before a queue exists`() async throws {
        let existing = try await SageMakerCommandTests().desk(queue: Self.queue)
        var desk = try Desk()
        (desk.catalog, desk.variables["AWS_EC2_METADATA_DISABLED"]) = (existing.catalog, "true")
        desk.variables["LAUNCH_CONFIG"] = existing.variables["LAUNCH_CONFIG"]
        let file = try desk.folder.write("queue.yaml", Self.queue)
        for holder in ["agent", "job"] {
            let fromFile = await desk.run("iam-policy --file \(file) -r sagemaker --for \(holder)")
            #expect(fromFile.code == .ok, "\(fromFile.errors)")
            #expect(try resources(fromFile) == resources(await existing.run("iam-policy --for \(holder)")))
        }
        #expect(await desk.run("iam-policy --file \(file)").code == .usage)
        #expect(await desk.run("iam-policy --file \(file) -r sagemaker -q train").code == .usage)
        #expect(await desk.run("iam-policy -r sagemaker").code == .usage)
    }

    @Test func `an agent that does not build needs no permission to push`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: SageMakerCommandTests.queue)
        func pushes(_ builder: String) async throws -> Bool {
            let config = try desk.folder.write(
                "launch-config.yaml",
                "queues: [train]\nenvironment: {type: aws, region: eu-west-1}\n"
                    + "registry: {type: ecr, uri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team}\n"
                    + "builder: {type: \(builder)}\n")
            var other = desk
            other.variables["LAUNCH_CONFIG"] = config
            let answer = await other.run("iam-policy")
            try #require(answer.code == .ok, "\(answer.errors)")
            return try resources(answer)["ecr:PutImage"] != nil
        }
        #expect(try await pushes("docker"))
        #expect(try await !pushes("noop"))
    }

    @Test func `the service that takes a role is one of those that the configuration names`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: SageMakerCommandTests.queue)
        let instance = await desk.run("iam-policy --trust ec2")
        #expect(try instance.json() == JSONValue(parsing: Self.file("deploy/ec2/trust-policy.json")))
        let pod = await desk.run("iam-policy --trust pod-identity")
        #expect(try pod.json() == JSONValue(parsing: Self.file("deploy/helm/pod-identity-trust-policy.json")))
        let account = await desk.run("iam-policy --trust irsa")
        #expect(
            account.errors.contains("replace <ACCOUNT>, <NAMESPACE>, <OIDC_PROVIDER> and <SERVICE_ACCOUNT>"),
            "\(account.errors)")
        let user = await desk.run("iam-policy --trust account")
        #expect(user.errors.contains("replace <ACCOUNT> in the trust policy"), "\(user.errors)")
        let role = try desk.folder.write(
            "role.yaml", "environment: {type: aws, region: us-east-1, role_arn: arn:aws:iam::123456789012:role/agent}\n"
        )
        #expect(
            try await desk.run("iam-policy --trust account -c \(role)").json()["Statement"]?.arrayValue?.first?[
                "Principal"]
                == .object(["AWS": .string("arn:aws:iam::123456789012:root")]))
        let job = await desk.run("iam-policy --for job --trust sagemaker")
        #expect(
            try job.json()["Statement"]?.arrayValue?.first?["Principal"]
                == .object(["Service": .string("sagemaker.amazonaws.com")]))
        let unknown = await desk.run("iam-policy --trust ec3")
        #expect(unknown.code == .invalidData && unknown.errors.contains("--trust ec2"), "\(unknown.errors)")
        let none = await desk.run("iam-policy --format terraform")
        #expect(none.code == .invalidData && none.errors.contains("--trust is missing"), "\(none.errors)")
    }

    @Test func `a policy that is too large for IAM says what to do`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: SageMakerCommandTests.queue)
        #expect(await desk.run("iam-policy").errors.isEmpty)
        func note(_ length: Int) async throws -> String {
            let prefix = String(repeating: "a", count: length)
            let inputs = (0..<20).map {
                "  - {ChannelName: c\($0), DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "
                    + "\"s3://bucket-\($0)/\(prefix)\"}}}\n"
            }
            let file = try desk.folder.write(
                "queue.yaml", SageMakerCommandTests.queue + "InputDataConfig:\n" + inputs.joined())
            return await desk.run("iam-policy --for job --file \(file) -r sagemaker").errors
        }
        let inline = try await note(240)
        #expect(inline.contains("a managed policy has at most 6144, so attach it as an inline policy"), "\(inline)")
        let none = try await note(460)
        #expect(none.contains("inline policies of a role at most 10240; --queue prints it for some"), "\(none)")
    }

    @Test func `a role in another language has the same policies`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: SageMakerCommandTests.queue)
        let (policy, trust) = (
            try await desk.run("iam-policy --for job").json(),
            try await desk.run("iam-policy --for job --trust sagemaker").json()
        )
        // The only service is that of the queue.
        let stack = try await desk.run("iam-policy --for job --format cloudformation").json()
        let role = stack["Resources"]?["LaunchJob"]
        #expect(role?["Type"] == .string("AWS::IAM::Role"))
        #expect(role?["Properties"]?["AssumeRolePolicyDocument"] == trust)
        #expect(role?["Properties"]?["Policies"]?.arrayValue?.first?["PolicyDocument"] == policy)
        let terraform = await desk.run("iam-policy --for job --format terraform")
        let expressions = terraform.output.matches(of: /jsonencode\((?<json>\{[^\0]*?\n  \})\)/)
            .map { String($0.output.json) }
        #expect(try expressions.map { try JSONValue(parsing: $0) } == [trust, policy], "\(terraform.output)")
        #expect(await desk.run("iam-policy --for job --format terraform --json").code == .usage)
    }

    private static func file(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
