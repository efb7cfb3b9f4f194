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
}
