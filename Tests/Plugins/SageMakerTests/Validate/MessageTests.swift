import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The texts of findings.
struct MessageTests {
    static let cases: [(set: [String: JSONValue], expected: String)] = [
        (
            ["ResourceConfig.InstanceType": .string("ml.m5.huge")],
            "error: ResourceConfig.InstanceType: \"ml.m5.huge\" is not an instance type SageMaker knows; did you mean \"ml.m5.large\"?"
        ),
        (
            ["ResourceConfig.InstanceType": .string("ml.zz99.xlarge")],
            "warning: ResourceConfig.InstanceType: \"ml.zz99.xlarge\" is not an instance type SageMaker knows It is sent unchanged; botocore 1.44.5 may be too old to know it."
        ),
        (
            ["ResourceConfig.InstanceType": .string("ml.p2")],
            "error: ResourceConfig.InstanceType: \"ml.p2\" cannot be an instance type Sizes of ml.p2: xlarge, 8xlarge, 16xlarge."
        ),
        (
            ["ResourceConfig.InstanceType": .string("local_gpu")],
            "error: ResourceConfig.InstanceType: \"local_gpu\" cannot be an instance type To run on this machine, rehearse: launch run --rehearse."
        ),
        (
            ["ResourceConfig.InstanceType": .string("$INSTANCE_TYPE")],
            "error: ResourceConfig.InstanceType: \"$INSTANCE_TYPE\" cannot be an instance type A type looks like ml.m5.xlarge."
        ),
        (
            ["ResourceConfig.KmsKeyId": .string("alias/k")],
            "error: ResourceConfig.KmsKeyId: SageMaker's ResourceConfig has no such member; it belongs to OutputDataConfig Move it to OutputDataConfig.KmsKeyId, or write VolumeKmsKeyId here."
        ),
        (
            [
                "VpcConfig": .object([
                    "EnableNetworkIsolation": .bool(true), "SecurityGroupIds": .array([.string("sg-1")]),
                    "Subnets": .array([.string("subnet-1")]),
                ])
            ],
            "error: VpcConfig.EnableNetworkIsolation: SageMaker's VpcConfig has no such member; it belongs to the top level Move it to the top level."
        ),
        (
            ["TrainingImageConfig": .object([:])],
            "error: TrainingImageConfig: SageMaker's CreateTrainingJob has no such member; it belongs to AlgorithmSpecification Move it to AlgorithmSpecification.TrainingImageConfig."
        ),
        (
            ["OutputDataConfig.S3OutputPath": .string("s3://{bucket}/x")],
            "error: OutputDataConfig.S3OutputPath: \"{bucket}\" cannot be a bucket: no bucket has a name with \"{\" Write the bucket's name in the place of the placeholder."
        ),
        (
            ["OutputDataConfig.S3OutputPath": .string("s3://my_Bucket/x")],
            "warning: OutputDataConfig.S3OutputPath: \"my_Bucket\" is not a name that a new bucket can have A bucket has 3 to 63 lower-case letters, digits, '.' and '-', a letter or digit at both ends. Older buckets of us-east-1 may differ."
        ),
        (
            ["StoppingCondition.MaxPendingTimeInSeconds": .integer(60)],
            "error: StoppingCondition.MaxPendingTimeInSeconds: 60 s (1 min) is out of range: allowed are 1800 s (30 min) to 2419200 s (28 d)"
        ),
        (
            ["HyperParameters": .object(["epochs": .integer(3)])],
            "error: HyperParameters.epochs: it must be a string, and it is a whole number Put the value in quotes."
        ),
        (
            ["ResourceConfig.InstanceCount": .string("2")],
            "error: ResourceConfig.InstanceCount: it must be a whole number, and it is the string \"2\" Write it without quotes: 2."
        ),
        (
            ["TrainingJobName": .string("my_run.1")],
            "error: TrainingJobName: \"my_run.1\" is not a job's name: 1 to 63 letters, digits and inner hyphens"
        ),
        (
            ["HyperParamters": .object([:])],
            "error: HyperParamters: SageMaker's CreateTrainingJob has no such member; did you mean \"HyperParameters\"?"
        ),
        (
            ["RoleArn": .string("<REQUIRED>")],
            "error: RoleArn: it still holds the placeholder \"<REQUIRED>\" Give the ARN of a role, like arn:aws:iam::123456789012:role/NAME."
        ),
        (
            ["ResourceConfig.KeepAlivePeriodInSeconds": .integer(21601)],
            "error: ResourceConfig.KeepAlivePeriodInSeconds: 21601 s is out of range: allowed are 0 s to 21600 s (6 h)"
        ),
        (
            ["Tags": .object(["team": .string("x")])],
            "error: Tags: it must be a list, and it is a mapping Write a list, even for one item."
        ),
        (
            ["InputDataConfig": .array([])],
            "error: InputDataConfig: it has no items, and must have 1 to 20 Leave the key out instead."
        ),
    ]

    @Test(arguments: cases.indices)
    func `a finding says what was found, what is allowed and what to do`(index: Int) throws {
        let (set, expected) = Self.cases[index]
        let document = try Corpus.document(of: Corpus.Change(base: "plain", set: set))
        #expect(RequestValidator().findings(in: document).map(\.description) == [expected])
    }

    @Test func `the user's own values are never in a message`() throws {
        let secret = "hunter2"
        let long = JSONValue.string(String(repeating: secret, count: 500))
        let document = try Corpus.document(
            of: Corpus.Change(
                base: "plain",
                set: [
                    "Environment": .object(["TOKEN": long, "1X": .string(secret), "LIST": .array([.string(secret)])]),
                    "AlgorithmSpecification.ContainerArguments": .array([long, .string("\(secret)\n"), .integer(1)]),
                    "HyperParameters": .object(["password": long, "line": .string("\(secret)\n"), "n": .bool(true)]),
                ]))
        let findings = RequestValidator().findings(in: document)
        #expect(findings.count >= 9)
        #expect(findings.allSatisfy { !$0.description.contains(secret) }, "\(findings)")
    }

    @Test func `several errors are reported at once, in the order of their paths`() throws {
        let document = try Corpus.document(
            of: Corpus.Change(
                base: "plain", remove: ["OutputDataConfig"],
                rename: ["ResourceConfig": "ResouceConfig"],
                set: ["TrainingJobName": .string("a_b"), "ResouceConfig.InstanceType": .string("ml.m5.huge")]))
        let findings = RequestValidator().findings(in: document)
        #expect(
            findings.map { "\($0.path) \($0.rule ?? "")" } == [
                "OutputDataConfig required", "ResouceConfig unknown-member", "ResouceConfig.InstanceType enum",
                "TrainingJobName pattern",
            ])
    }

    @Test(arguments: [JSONValue.null, .array([]), .string("x"), .object([:])])
    func `a document that is not a request has errors and does not crash`(document: JSONValue) {
        #expect(RequestValidator().findings(in: document).contains { $0.severity == .error })
    }
}
