import AWSStub
import Testing

@Suite("A queue file with mistakes", .timeLimit(.minutes(10)))
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

    /// A key and a word that are misspelt, a pattern, a range, and two members that do not go together.
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

    @Test("plan shows each with its place and what was meant, and nothing besides, on one screen; exit code 65")
    func plan() async throws {
        let account = try Account()
        try await account.queue(Self.queue)
        let answer = try await account.launch("plan", "-q", "train", "--image", Account.image, "--offline")
        #expect(answer.code == 65)
        let image = "image     prebuilt; \(Account.image) is looked up when the network may be used\n"
        #expect(answer.output == image + Self.findings)
        #expect(answer.lines.count <= 24)
        #expect(answer.errors.isEmpty)
        // Nothing was made of it.
        #expect(account.stub.sagemaker.jobs.isEmpty)
        #expect(try await account.succeeding("list", "--json").json([RunFacts].self).isEmpty)
    }

    @Test("submit refuses it with the same words, and nothing is queued")
    func submit() async throws {
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
}
