import Foundation
import LaunchHost
import LaunchSageMaker

/// The duration of checking one request: a small one, and one with every map and list at its maximum.
enum ValidateBench {
    static func run(rounds: Int) throws {
        let runner = try SageMakerRunner.plugin.base.make(Options([:]), PluginContext())
        let usual = try request(entries: 5)
        let began = ContinuousClock.now
        let findings = runner.validate(usual).filter { $0.severity == .error }
        let first = seconds(ContinuousClock.now - began)
        guard findings.isEmpty else { throw S3Bench.Failure(what: "the request is not valid: \(findings)") }
        let largest = try request(entries: 100)
        report([
            "rounds": Double(rounds), "first_ms": first * 1000,
            "usual_ms": time(rounds) { _ = runner.validate(usual) } * 1000,
            "largest_ms": time(rounds) { _ = runner.validate(largest) } * 1000,
        ])
    }

    private static func time(_ rounds: Int, _ body: () -> Void) -> Double {
        seconds(ContinuousClock().measure { for _ in 0..<rounds { body() } }) / Double(rounds)
    }

    private static func request(entries: Int) throws -> RunRequest {
        var members =
            try JSONValue(
                parsing: """
                    {"TrainingJobName": "bench-1", "RoleArn": "arn:aws:iam::123456789012:role/train",
                     "AlgorithmSpecification": {"TrainingInputMode": "File", "ContainerEntrypoint": ["python", "train.py"],
                      "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
                      "MetricDefinitions": [{"Name": "loss", "Regex": "loss ([0-9.]+)"}]},
                     "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
                     "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
                     "EnableManagedSpotTraining": true, "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"},
                     "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
                     "VpcConfig": {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}}
                    """
            ).objectValue ?? [:]
        let names = (0..<entries).map { "entry_\($0)" }
        members["HyperParameters"] = .object(
            Dictionary(uniqueKeysWithValues: names.map { ($0, .string("a value of \($0)")) }))
        members["Environment"] = members["HyperParameters"]
        members["Tags"] = .array(
            names.prefix(50).map { .object(["Key": .string($0), "Value": .string("a value")]) })
        members["InputDataConfig"] = .array(
            names.prefix(20).map { name in
                .object([
                    "ChannelName": .string(name),
                    "DataSource": .object([
                        "S3DataSource": .object([
                            "S3DataType": .string("S3Prefix"), "S3Uri": .string("s3://bucket/\(name)/"),
                        ])
                    ]),
                ])
            })
        return RunRequest(runner: SageMakerRunner.type, document: .object(members))
    }
}
