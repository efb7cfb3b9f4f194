import LaunchHost
import TestSupport
import Testing

@testable import LaunchSageMaker

struct TrainingOutcomeTests {
    private static let job = TrainingHandle(name: "train-1", region: "eu-west-1")

    private func outcome(_ text: String) throws -> Outcome {
        TrainingOutcome(Self.job, try JSONValue(parsing: text)).outcome
    }

    private func fact(_ name: String, _ outcome: Outcome) -> String? {
        outcome.facts.first { $0.name == name }?.value
    }

    @Test func `the outcome of a completed spot job contains its cost`() throws {
        let outcome = try outcome(
            """
            {"TrainingJobStatus": "Completed", "TrainingStartTime": 100.5, "EnableManagedSpotTraining": true,
             "TrainingTimeInSeconds": 1000, "BillableTimeInSeconds": 300,
             "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
             "ModelArtifacts": {"S3ModelArtifacts": "s3://b/out/train-1/output/model.tar.gz"},
             "OutputDataConfig": {"S3OutputPath": "s3://b/out/"}, "CheckpointConfig": {"S3Uri": "s3://b/ckpt"},
             "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.25}, {"MetricName": "epoch", "Value": 3}],
             "WarmPoolStatus": {"Status": "Available"},
             "SecondaryStatusTransitions": [
               {"Status": "Starting", "StartTime": 38.5, "EndTime": 100.5}, {"Status": "Training", "StartTime": 100.5, "EndTime": 510},
               {"Status": "Completed", "StartTime": 510, "EndTime": 510}]}
            """)
        #expect(fact("billed", outcome) == "300 s x 2 x ml.g5.xlarge = 600 instance seconds")
        #expect(fact("spot saving", outcome) == "70 % of 1000 s")
        #expect(fact("course", outcome) == "Starting 62 s, Training 410 s, Completed")
        #expect(fact("warm pool", outcome) == "Available")
        #expect(fact("console", outcome)?.contains("eu-west-1") == true)
        #expect(outcome.metrics == ["loss": 0.25, "epoch": 3])
        #expect(
            outcome.outputs.map(\.path) == [
                "s3://b/out/train-1/output/model.tar.gz", "s3://b/out/train-1/output/", "s3://b/ckpt",
            ])
    }

    @Test func `instance groups are counted together`() throws {
        let outcome = try outcome(
            """
            {"TrainingJobStatus": "Completed", "BillableTimeInSeconds": 100, "ResourceConfig": {"InstanceGroups": [
              {"InstanceGroupName": "a", "InstanceType": "ml.c5.xlarge", "InstanceCount": 3},
              {"InstanceGroupName": "b", "InstanceType": "ml.p3.2xlarge", "InstanceCount": 1}]}}
            """)
        #expect(fact("billed", outcome) == "100 s x 3 x ml.c5.xlarge + 1 x ml.p3.2xlarge = 400 instance seconds")
        #expect(fact("spot saving", outcome) == nil)
    }

    @Test func `the instance type that the service chose is used`() throws {
        let outcome = try outcome(
            """
            {"TrainingJobStatus": "Completed", "BillableTimeInSeconds": 10, "ResourceConfig": {
              "SelectedInstanceType": "ml.g5.xlarge", "SelectedInstanceCount": 4, "InstanceCount": 1}}
            """)
        #expect(fact("billed", outcome) == "10 s x 4 x ml.g5.xlarge = 40 instance seconds")
    }

    private static let prices = PriceTable(
        region: "eu-west-1", currency: "EUR",
        parts: [.init(asOf: "2026-11", hours: ["ml.g5.xlarge": 1.5, "ml.c5.xlarge": 0.204])], file: "prices.yaml")

    private func billed(
        _ resources: String, seconds: Int64 = 3_600, prices: PriceTable? = Self.prices
    ) throws -> Outcome {
        let text = """
            {"TrainingJobStatus": "Completed", "BillableTimeInSeconds": \(seconds), "TrainingTimeInSeconds": 86400,
             "EnableManagedSpotTraining": true, "ResourceConfig": \(resources)}
            """
        return TrainingOutcome(Self.job, try JSONValue(parsing: text), prices: prices).outcome
    }

    @Test func `a run costs its billable time on each instance, at the prices of the file`() throws {
        let one = #"{"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}"#
        #expect(try billed(one).cost == Outcome.Cost(3, "EUR"))
        #expect(try billed(one, seconds: 1).cost?.money?.description == "0.0008 EUR")
        #expect(try billed(one, seconds: 0).cost == Outcome.Cost(0, "EUR"))
        #expect(try billed(one, prices: nil).cost == nil)
        let groups = """
            {"InstanceGroups": [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
              {"InstanceType": "ml.c5.xlarge", "InstanceCount": 10}]}
            """
        #expect(try billed(groups, seconds: 7_200).cost == Outcome.Cost(7.08, "EUR"))
    }

    @Test func `a run without a certain price has no cost, and says why`() throws {
        func warnings(_ resources: String, _ prices: PriceTable = Self.prices) throws -> [String] {
            let outcome = try billed(resources, prices: prices)
            #expect(outcome.cost == nil)
            return outcome.warnings
        }
        let one = #"{"InstanceType": "ml.g5.xlarge", "InstanceCount": 2}"#
        var other = Self.prices
        other.region = "us-east-1"
        #expect(
            try warnings(one, other) == [
                "The run has no cost: the prices of prices.yaml are those of us-east-1, and the job was in eu-west-1."
            ])
        #expect(
            try warnings(#"{"InstanceType": "ml.m5.large", "InstanceCount": 2}"#) == [
                "The run has no cost: prices.yaml has no price of ml.m5.large."
            ])
        #expect(try warnings("{}") == ["The run has no cost: prices.yaml has no price of the instance type."])
        #expect(
            try warnings(
                #"{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "TrainingPlanArn": "arn:aws:sagemaker:x"}"#)
                == [])
        let many = #"{"InstanceType": "ml.g5.xlarge", "InstanceCount": 9223372036854775807}"#
        #expect(try warnings(many).first?.hasPrefix("The run has no cost: SageMaker's answer leads to") == true)
    }

    @Test func `a failure keeps its complete reason and has no model`() throws {
        let reason = "AlgorithmError: " + String(repeating: "x", count: 1000)
        let outcome = try outcome(
            """
            {"TrainingJobStatus": "Failed", "TrainingStartTime": 1, "FailureReason": "\(reason)",
             "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model"}, "OutputDataConfig": {"S3OutputPath": "s3://b/out"}}
            """)
        #expect(fact("reason", outcome) == reason)
        #expect(outcome.outputs.map(\.name) == ["output"])
        #expect(fact("billed", outcome) == nil)
    }

    @Test func `a job that never trained has no outputs`() throws {
        let outcome = try outcome(
            """
            {"TrainingJobStatus": "Failed", "FailureReason": "CapacityError: none",
             "ModelArtifacts": {"S3ModelArtifacts": "s3://b/model"}, "OutputDataConfig": {"S3OutputPath": "s3://b/out"}}
            """)
        #expect(outcome.outputs.isEmpty)
    }

    @Test func `a missing job is a warning`() async throws {
        let world = try TrainingWorld(jumps: true)
        let runner = try world.runner()
        let outcome = try await runner.finish(
            Self.job.handle(of: .random()), of: RunRequest(runner: SageMakerRunner.type, document: .object([:])),
            into: world.folder.path)
        #expect(outcome.warnings.count == 1)
    }
}
