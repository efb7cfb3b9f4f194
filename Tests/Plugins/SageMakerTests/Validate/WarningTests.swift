import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Values that may be intended: the rules that warn, and requests without such warnings.
struct WarningTests {
    static let cases: [(rule: String, at: String, base: String, set: [String: JSONValue], remove: [String])] = [
        ("spot-checkpoint", "CheckpointConfig", "spot", [:], ["CheckpointConfig"]),
        (
            "spot-max-wait", "StoppingCondition.MaxWaitTimeInSeconds", "spot", [:],
            ["StoppingCondition.MaxRuntimeInSeconds"]
        ),
        (
            "warm-pool", "ResourceConfig.KeepAlivePeriodInSeconds", "plain",
            ["ResourceConfig.KeepAlivePeriodInSeconds": .integer(7200)], []
        ),
        ("instance-count", "ResourceConfig.InstanceCount", "plain", [:], ["ResourceConfig.InstanceCount"]),
        (
            "instance-count", "ResourceConfig.InstanceCount", "plain", ["ResourceConfig.InstanceCount": .integer(0)],
            []
        ),
        (
            "volume-size-ignored", "ResourceConfig.VolumeSizeInGB", "spot",
            ["ResourceConfig.VolumeSizeInGB": .integer(500)], []
        ),
        (
            "volume-kms", "ResourceConfig.VolumeKmsKeyId", "plain",
            [
                "ResourceConfig.InstanceType": .string("ml.r5d.large"),
                "ResourceConfig.VolumeKmsKeyId": .string("alias/k"),
            ], []
        ),
        (
            "metric-regex", "AlgorithmSpecification.MetricDefinitions[0].Regex", "full",
            ["AlgorithmSpecification.MetricDefinitions[0].Regex": .string("loss=[0-9(]+\\(")], []
        ),
        (
            "metric-name", "AlgorithmSpecification.MetricDefinitions[1].Name", "full",
            [
                "AlgorithmSpecification.MetricDefinitions[1]": .object([
                    "Name": .string("train:loss"), "Regex": .string("l=(.*)"),
                ])
            ], []
        ),
        (
            "manifest-object", "InputDataConfig[0].DataSource.S3DataSource.S3Uri", "full",
            ["InputDataConfig[0].DataSource.S3DataSource.S3DataType": .string("ManifestFile")], []
        ),
        (
            "attribute-names", "InputDataConfig[0].DataSource.S3DataSource.AttributeNames", "full",
            ["InputDataConfig[0].DataSource.S3DataSource.AttributeNames": .array([.string("a")])], []
        ),
        (
            "instance-group-name", "ResourceConfig.InstanceGroups[1].InstanceGroupName", "groups",
            ["ResourceConfig.InstanceGroups[1].InstanceGroupName": .string("data")],
            ["InputDataConfig"]
        ),
        (
            "private-registry-login",
            "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAuthConfig", "plain",
            [
                "AlgorithmSpecification.TrainingImageConfig": .object([
                    "TrainingRepositoryAccessMode": .string("Platform"),
                    "TrainingRepositoryAuthConfig": .object([
                        "TrainingRepositoryCredentialsProviderArn":
                            .string("arn:aws:lambda:us-east-1:123456789012:function:f")
                    ]),
                ])
            ], []
        ),
        (
            "spot-algorithm-wait", "StoppingCondition.MaxWaitTimeInSeconds", "spot",
            ["AlgorithmSpecification.AlgorithmName": .string("my-algorithm")],
            ["CheckpointConfig", "AlgorithmSpecification.TrainingImage"]
        ),
        (
            "algorithm-isolation", "EnableNetworkIsolation", "plain",
            ["AlgorithmSpecification.AlgorithmName": .string("my-algorithm")],
            ["AlgorithmSpecification.TrainingImage"]
        ),
        ("plain-secret", "Environment.WANDB_API_KEY", "full", ["Environment.WANDB_API_KEY": .string("x")], []),
        ("enum", "ResourceConfig.InstanceType", "plain", ["ResourceConfig.InstanceType": .string("ml.m9g.large")], []),
        ("unknown-member", "Whatever", "plain", ["Whatever": .bool(true)], []),
        (
            "checkpoint-path", "CheckpointConfig.LocalPath", "full",
            ["CheckpointConfig.LocalPath": .string("/opt/ml/mine")], []
        ),
        ("image-region", "AlgorithmSpecification.TrainingImage", "plain", ["StoppingCondition": .object([:])], []),
        (
            "role-partition", "RoleArn", "plain", ["RoleArn": .string("arn:aws-cn:iam::123456789012:role/x")], []
        ),
    ]

    @Test(arguments: cases.indices)
    func `each warning is given at its path, and is not an error`(index: Int) throws {
        let (rule, path, base, set, remove) = Self.cases[index]
        let change = Corpus.Change(base: base, remove: remove, set: set)
        let validator = RequestValidator(region: rule == "image-region" ? "eu-west-1" : "us-east-1")
        let findings = validator.findings(in: try Corpus.document(of: change))
        #expect(findings.filter { $0.severity == .error }.isEmpty, "\(findings)")
        let found = findings.filter { $0.rule == rule }
        #expect(found.map(\.path.description) == [path], "\(findings)")
        #expect(found.allSatisfy { $0.source != nil })
        let before = validator.findings(in: try Corpus.document(of: Corpus.Change(base: base)))
        #expect(rule == "image-region" || before.allSatisfy { $0.rule != rule }, "\(before)")
    }

    @Test func `the warnings are those that the corpus of errors omits, and some of its rules`() {
        #expect(CorpusTests.warnings.isSubset(of: Self.cases.map(\.rule)))
    }

    @Test func `without a region there are no findings about regions`() throws {
        let document = try Corpus.document(of: Corpus.Change(base: "plain"))
        #expect(RequestValidator().findings(in: document).isEmpty)
        #expect(RequestValidator(region: "us-east-1").findings(in: document).isEmpty)
    }
}
