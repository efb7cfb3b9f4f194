import AWSStub
import TestSupport
import Testing

@Suite("A queue file with mistakes", .timeLimit(.minutes(30)))
struct MistakesTests {
    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/train
        ResourceConfig:
          InstanceType: ml.m5.xlarg
          InstanceCount: 1
          VolumeSizeInGB: 2
        OutputDataConfig:
          S3OutputPath: bucket/output
          CompresionType: NONE
        StoppingCondition:
          MaxRuntimeInSeconds: 0
          MaxWaitTimeInSeconds: 7200

        """

    /// A misspelt key, a misspelt value, a wrong pattern, a value out of range, and two members that cannot be
    /// combined.
    private static let findings = """
        findings  5 errors
        queue.yaml:3:17: ResourceConfig.InstanceType: "ml.m5.xlarg" is not an instance type SageMaker knows; did you mean "ml.m5.xlarge"?
          3 |   InstanceType: ml.m5.xlarg
            |                 ^
        queue.yaml:7:17: OutputDataConfig.S3OutputPath: "bucket/output" is not an S3 URI, like s3://BUCKET/PREFIX
          7 |   S3OutputPath: bucket/output
            |                 ^
        queue.yaml:8:3: OutputDataConfig.CompresionType: SageMaker's OutputDataConfig has no such member; did you mean "CompressionType"?
          8 |   CompresionType: NONE
            |   ^
        queue.yaml:10:24: StoppingCondition.MaxRuntimeInSeconds: 0 s is out of range: allowed are 1 s or more
          10 |   MaxRuntimeInSeconds: 0
             |                        ^
        queue.yaml:11:25: StoppingCondition.MaxWaitTimeInSeconds: it is for spot training only, and EnableManagedSpotTraining is not true
          11 |   MaxWaitTimeInSeconds: 7200
             |                         ^
          hint: Set EnableManagedSpotTraining to true, or leave the key out.

        """

    @Test
    func `plan prints only the mistakes, each with its position and correction, on one screen, and ends with 65`()
        async throws
    {
        let account = try Account()
        try await account.queue(Self.queue)
        let answer = try await account.launch("plan", "-q", "train", "--image", Account.image, "--offline")
        #expect(answer.code == 65)
        let image = "image     prebuilt; \(Account.image) is looked up when the network may be used\n"
        #expect(answer.output == image + Self.findings)
        #expect(answer.lines.count <= 24)
        #expect(answer.errors.isEmpty)
        // No run was made.
        #expect(account.stub.sagemaker.jobs.isEmpty)
        #expect(try await account.succeeding("list", "--json").json([RunFacts].self).isEmpty)
    }

    @Test
    func `submit rejects each mistake with the same messages, and nothing is queued`() async throws {
        let account = try Account()
        try await account.queue(Self.queue)
        let answer = try await account.launch("submit", "-q", "train", "--image", Account.image)
        #expect(answer.code == 65)
        #expect(answer.output.isEmpty)
        for line in Self.findings.split(separator: "\n").dropFirst() {
            #expect(answer.errors.contains(line), "\(answer)")
        }
        #expect(try await account.succeeding("list", "--json").json([RunFacts].self).isEmpty)
    }

    @Test
    func `a missing ECR image is an error of the plan, by tag and by digest; offline it is not checked`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let digest = "sha256:" + String(repeating: "0", count: 64)
        for image in ["\(Account.host)/train:v9", "\(Account.host)/train@\(digest)", "\(Account.host)/train"] {
            let plan = ["plan", "-q", "train", "--image", image]
            let answer = try await account.launch(plan)
            #expect(answer.code == 65, "\(answer)")
            #expect(answer.output.contains("the image \(image) does not exist in its registry"), "\(answer)")
            #expect(answer.output.contains("hint: Check the name and the tag"), "\(answer)")
            let json = try await account.launch(plan + ["--json"])
            #expect(json.code == 65 && json.output.contains("\"missing\""), "\(json)")
            #expect(try await account.launch(plan + ["--offline"]).code == 0)
        }
        #expect(try await account.launch("plan", "-q", "train", "--image", Account.image).code == 0)
        let stranger = try await account.launch("plan", "-q", "train", "--image", "\(Account.host)/nowhere:v1")
        #expect(stranger.code == 69 && stranger.errors.contains("create-repository"), "\(stranger)")
    }

    @Test
    func `W&B's wrapped queue is accepted with a warning, and its errors have their positions`() async throws {
        let account = try Account()
        try account.folder.write(
            "wandb.json", #"{"sagemaker": \#(Guide.queueJSON.replacing("ml.m4.xlarge", with: "ml.m4.xlarg"))}"#)
        let made = try await account.launch("queue", "create", "train", "-r", "sagemaker", "--config", "wandb.json")
        #expect(made.code == 0 && made.errors.contains("as W&B Launch writes it"), "\(made)")
        let plan = try await account.launch("plan", "-q", "train", "--image", Account.image)
        #expect(plan.code == 65 && plan.output.contains("wandb.json:4:"), "\(plan)")
        let set = ["--set", "ResourceConfig.InstanceType=ml.m4.xlarge"]
        #expect(try await account.launch(["plan", "-q", "train", "--image", Account.image] + set).code == 0)
    }
}
