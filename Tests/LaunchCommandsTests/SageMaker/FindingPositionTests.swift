import LaunchConsole
import LaunchHost
import Testing

/// A line of the queue's file is shown only if that line causes the finding.
struct FindingPositionTests {
    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/training
        resource_config: {instance_type: ml.m5.xlarge, instance_count: 1, volume_size_in_gb: "{{size}}"}
        OutputDataConfig: {S3OutputPath: "s3://models/${project_name}"}
        StoppingCondition: {MaxRuntimeInSeconds: 7200}
        Environment: {MODE: fast}
        HyperParameters: {epochs: 3}
        Tags: [{Key: team, Value: vision}]
        template_variables: {size: {type: integer, default: 30}}

        """

    /// The output of a plan, from the findings on.
    private func findings(
        _ words: [String], image: String = SageMakerCommandTests.image, queue: (String) -> String = { $0 }
    ) async throws -> String {
        let desk = try await SageMakerCommandTests().desk(queue: queue(Self.queue))
        let plan = await desk.run(words: ["plan", "-q", "train", "--image", image, "--offline"] + words)
        #expect(plan.errors.isEmpty)
        return String(plan.output.drop { $0 != "\n" }.split(separator: "findings").last ?? "")
    }

    private static let long = String(repeating: "x", count: 2600)

    @Test(arguments: [
        (
            ["--set", "ResourceConfig.InstanceCount=abc"],
            "error: ResourceConfig.InstanceCount: it must be a whole number, and it is the string \"abc\" (from --set)\n"
        ),
        (
            ["--set", "resource_config.volume_size_in_gb=many"],
            "error: ResourceConfig.VolumeSizeInGB: it must be a whole number, and it is the string \"many\" (from --set)\n"
        ),
        (
            ["-R", #"{"stopping_condition": {"max_runtime_in_seconds": 0}}"#],
            "error: StoppingCondition.MaxRuntimeInSeconds: 0 s is out of range: allowed are 1 s or more (from --resource-args)\n"
        ),
        (
            ["--env", "MODE=\(long)"],
            "error: Environment.MODE: the value has 2600 characters, allowed are 0 to 512 (from --env)\n"
        ),
        (
            ["--param", "epochs=\(long)"],
            "error: HyperParameters.epochs: the value has 2600 characters, allowed are 0 to 2500 (from --param)\n"
        ),
        (
            ["--", "a", long],
            "error: AlgorithmSpecification.ContainerArguments[1]: the value has 2600 characters, allowed are 0 to 256 "
                + "(from the arguments after --)\n"
        ),
        (
            ["--set", "instance_types=[ml.m5.xlage]"],
            "error: instance_types[0]: \"ml.m5.xlage\" is not an instance type SageMaker knows; did you mean \"ml.m5.xlarge\"? "
                + "(from --set)\n"
        ),
        (
            ["--set", "EnableSpot=true"],
            "warning: EnableSpot: SageMaker's CreateTrainingJob has no member of that name that we know (from --set)\n"
        ),
    ])
    func `a submitter's value has no line`(words: [String], expected: String) async throws {
        let findings = try await findings(words)
        #expect(findings.contains(expected), "\(findings)")
        #expect(!findings.contains("queue.yaml"), "\(findings)")
    }

    @Test func `a mapping that a submitter has filled has no line of the queue`() async throws {
        let many = (0..<100).flatMap { ["--env", "V\($0)=x"] }
        let variables = try await findings(many)
        #expect(variables.contains("error: Environment: it has 105 entries, at most 100 are allowed\n"), "\(variables)")
        #expect(!variables.contains("queue.yaml"), "\(variables)")
        let copy = try await findings((0..<25).flatMap { ["--param", "p\($0)=\(Self.long.prefix(2400))"] })
        #expect(
            copy.contains("warning: HyperParameters: LAUNCH_RUN_CONFIG, their copy in Environment, is left out"),
            "\(copy)")
        #expect(!copy.contains("queue.yaml"), "\(copy)")
    }

    @Test func `the run's image has no line of the queue`() async throws {
        let findings = try await findings([], image: "docker.io/library/python:3.12")
        #expect(
            findings.contains(
                "error: AlgorithmSpecification.TrainingImage: \"docker.io/library/python:3.12\" is not in"))
        #expect(findings.contains(" (from the run's image)\n"))
        #expect(!findings.contains("queue.yaml"), "\(findings)")
    }

    @Test(arguments: [
        ("instance_count: 1", "instance_count: one", "queue.yaml:2:64: ResourceConfig.InstanceCount: "),
        ("default: 30", "default: -1", "queue.yaml:2:86: ResourceConfig.VolumeSizeInGB: "),
        ("s3://models", "models", "queue.yaml:3:34: OutputDataConfig.S3OutputPath: "),
        ("7200}", "7200, MaxRuntme: 1}", "queue.yaml:4:48: warning: StoppingCondition.MaxRuntme: "),
        ("Value: vision", "Value: 'vi#sion'", "queue.yaml:7:27: Tags[0].Value: "),
        ("StoppingCondition", "Stopping_Conditio", "queue.yaml:4:1: Stopping_Conditio: "),
        (
            ", instance_count: 1, volume_size_in_gb: \"{{size}}\"}", "}",
            "queue.yaml:2:1: ResourceConfig.VolumeSizeInGB: "
        ),
    ])
    func `the queue's own value has its line`(right: String, wrong: String, expected: String) async throws {
        let findings = try await findings(["--set", "Tags=[{Key: more, Value: x}]"]) {
            $0.replacing(right, with: wrong).replacing(
                "template_variables",
                with: wrong == "}" ? "OTHER: \"{{size}}\"\ntemplate_variables" : "template_variables")
        }
        #expect(findings.contains(expected), "\(findings)")
    }

    @Test func `a submit reports the same as a plan`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let answer = await desk.run(
            "submit -q train --image \(SageMakerCommandTests.image) --set ResourceConfig.InstanceCount=abc")
        #expect(answer.code == .invalidData)
        #expect(answer.errors.contains("error: ResourceConfig.InstanceCount: it must be a whole number"))
        #expect(!answer.errors.contains("queue.yaml"), "\(answer.errors)")
    }

    @Test func `without a queue the path is shown`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let plan = await desk.run("plan -r sagemaker --image \(SageMakerCommandTests.image) --offline")
        #expect(plan.output.contains("error: RoleArn: it still holds the placeholder"), "\(plan.output)")
    }

    @Test(arguments: [
        (["--env", "VolumeSizeInGB=-1"], "queue.yaml:2:86: ResourceConfig.VolumeSizeInGB: "),
        (["--param", "VolumeSizeInGB=-1"], "queue.yaml:2:86: ResourceConfig.VolumeSizeInGB: "),
        (["--", "no group"], "queue.yaml:7:32: VpcConfig.SecurityGroupIds[0]: "),
        (["-E", "'no group'"], "queue.yaml:7:32: VpcConfig.SecurityGroupIds[0]: "),
    ])
    func `a submitter's equal text at another place does not hide the queue's line`(
        words: [String], expected: String
    ) async throws {
        let findings = try await findings(words) {
            $0.replacing("default: 30}", with: "default: -1}, group: {type: string, default: no group}")
                .replacing(
                    "Tags: [{Key: team, Value: vision}]",
                    with: "VpcConfig: {SecurityGroupIds: [\"{{group}}\"], Subnets: [subnet-1]}")
        }
        #expect(findings.contains(expected) && !findings.contains(" (from "), "\(findings)")
    }

    @Test func `a template variable's submitted value is named at the queue's line`() async throws {
        let findings = try await findings(["--set-var", "size=-1"])
        #expect(findings.contains("queue.yaml:2:86: ResourceConfig.VolumeSizeInGB: "), "\(findings)")
        #expect(findings.contains(" (with {{size}} from --set-var)\n"), "\(findings)")
    }

    @Test func `a value that the submitter removed names the option`() async throws {
        let findings = try await findings(["--set", "ResourceConfig.VolumeSizeInGB=null"])
        #expect(findings.contains("error: ResourceConfig.VolumeSizeInGB: "), "\(findings)")
        #expect(findings.contains(" (from --set)\n") && !findings.contains("queue.yaml"), "\(findings)")
    }

    @Test func `an item of the queue keeps its line beside the submitter's items`() async throws {
        let findings = try await findings(["--set", "Tags=[{Key: 'b#d', Value: x}]"]) {
            $0.replacing("Value: vision", with: "Value: 'vi#sion'")
        }
        #expect(findings.contains("queue.yaml:7:27: Tags[0].Value: "), "\(findings)")
        #expect(findings.contains("error: Tags[1].Key: "), "\(findings)")
    }
}
