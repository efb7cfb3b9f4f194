import Foundation
import LaunchCommands
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import launch

/// The commands of a submitter and of an agent's owner for SageMaker, without any service.
struct SageMakerCommandTests {
    static let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/train:v1"
    static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/service-role/training
        resource_config: {instance_type: "{{type}}", instance_count: 2, volume_size_in_gb: 30, volume_kms_key_id: alias/volumes}
        OutputDataConfig: {S3OutputPath: "s3://models/${project_name}"}
        StoppingCondition: {MaxRuntimeInSeconds: 7200}
        Tags: [{Key: team, Value: vision}]
        template_variables: {type: {type: string, default: ml.m5.xlarge}}

        """

    func desk(queue: String = queue) async throws -> Desk {
        var desk = try Desk()
        desk.catalog = catalog
        let config = try desk.folder.write(
            "launch-config.yaml",
            "queues: [train]\nenvironment: {type: aws, region: eu-west-1}\nregistry: {type: mock}\n")
        desk.variables["LAUNCH_CONFIG"] = config
        desk.variables["AWS_EC2_METADATA_DISABLED"] = "true"
        let file = try desk.folder.write("queue.yaml", queue)
        let made = await desk.run("queue create train -r sagemaker --config \(file)")
        try #require(made.code == .ok, "\(made.errors)")
        return desk
    }

    @Test func `a plan shows cost and permissions without any service`() async throws {
        let desk = try await desk()
        let plan = await desk.run("plan -q train --image \(Self.image) --offline")
        #expect(plan.code == .ok, "\(plan.errors)")
        #expect(
            plan.output.contains(
                "cost      at most 0.92 USD: 2 x ml.m5.xlarge x 2 h of MaxRuntimeInSeconds, on demand; prices of us-east-1, "
                    + "2024, and eu-west-1 may differ\n"))
        #expect(plan.output.contains("give the job its role: iam:PassRole"))
        #expect(plan.output.contains("encrypt the job's volumes, unless its role may do so itself: kms:CreateGrant"))
        #expect(plan.output.hasSuffix("findings  none\n"))
        let unknown = await desk.run("plan -q train --image \(Self.image) --offline -V type=ml.m9.xlarge --json")
        #expect(try unknown.json()["cost"]?["basis"]?.stringValue?.contains("no price of ml.m9.xlarge") == true)
    }

    @Test func `a hyperparameter is the number as typed`() async throws {
        let desk = try await desk(queue: Self.queue + "HyperParameters: {version: 1.10, lr: 1e-3, n: 10, f: 0.5}\n")
        let file = try desk.folder.write("arguments.yaml", "hyper_parameters: {r: 2.0}\n")
        let words = [
            "plan", "-q", "train", "--image", Self.image, "--offline", "--json", "--param", "p=1.0",
            "--set", "HyperParameters.s=3.10", "-R", file,
        ]
        let plan = await desk.run(words: words)
        #expect(plan.code == .ok, "\(plan.errors)")
        let document = try plan.json()["request"]?["document"]
        let expected = ["version": "1.10", "lr": "1e-3", "n": "10", "f": "0.5", "p": "1.0", "s": "3.10", "r": "2.0"]
        #expect(document?["HyperParameters"] == .object(expected.mapValues { .string($0) }), "\(plan.output)")
        #expect(document?["Environment"]?["LAUNCH_RUN_CONFIG"] == .string("{\"p\":1.0}"))
    }

    @Test func `errors are shown without the rest of the plan`() async throws {
        let desk = try await desk()
        let file = try desk.folder.write("queue.yaml", Self.queue.replacing("7200", with: "0"))
        _ = await desk.run("queue edit train --config \(file)")
        let plan = await desk.run("plan -q train --image \(Self.image) --offline")
        #expect(plan.code == .invalidData)
        #expect(plan.output.contains("StoppingCondition.MaxRuntimeInSeconds: 0 s is out of range"))
        #expect(plan.output.contains("queue.yaml:4:"))
        #expect(!plan.output.contains("request"))
    }

    @Test func `the policy is made for the queue`() async throws {
        let desk = try await desk()
        let answer = await desk.run("iam-policy")
        let statements = try #require(try answer.json()["Statement"]?.arrayValue)
        func statement(of action: String) -> JSONValue? {
            statements.first { $0["Action"]?.arrayValue?.contains(.string(action)) == true }
        }
        #expect(
            statement(of: "iam:PassRole")?["Resource"]
                == .array([.string("arn:aws:iam::123456789012:role/service-role/training")]))
        #expect(
            statement(of: "sagemaker:StopTrainingJob")?["Resource"]
                == .array([.string("arn:aws:sagemaker:eu-west-1:123456789012:training-job/*")]))
        #expect(
            statement(of: "kms:CreateGrant")?["Condition"]?["StringEquals"]?["kms:ViaService"]
                == .string("sagemaker.eu-west-1.amazonaws.com"))
        #expect(statement(of: "s3:PutObject") == nil)
        let job = try await desk.run("iam-policy --for job -q train").json()
        #expect("\(job)".contains("arn:aws:s3:::models/*/*"))
    }

    @Test func `errors of a queue are shown when it is made`() async throws {
        let desk = try await desk(queue: Self.queue.replacing("instance_count: 2", with: "instance_count: two"))
        let made = await desk.run("queue edit train --config \(desk.folder.file("queue.yaml"))")
        #expect(made.code == .ok)
        #expect(made.errors.contains("queue.yaml:2:62: warning: ResourceConfig.InstanceCount: "))
    }

    @Test func `a submitter adds tags and cannot change the queue's`() async throws {
        let desk = try await desk()
        func plan(_ tags: String) async -> Desk.Answer {
            await desk.run(
                words: ["plan", "-q", "train", "--image", Self.image, "--offline", "--json", "--set", "tags=\(tags)"])
        }
        let added = try await plan(#"[{"Key":"run","Value":"mine"}]"#).json()
        let tags = added["request"]?["document"]?["Tags"]?.arrayValue ?? []
        #expect(tags.prefix(2).map { $0["Value"]?.stringValue } == ["vision", "mine"])
        let refused = await plan(#"[{"Key":"team","Value":"mine"}]"#)
        #expect(refused.code == .invalidData)
        #expect(refused.errors.contains("Tags team is the queue's to set, not a submitter's"))
        let role = await desk.run(
            "plan -q train --image \(Self.image) --offline --set role_arn=arn:aws:iam::123456789012:role/admin")
        #expect(role.errors.contains("RoleArn is the queue's to set"))
    }

    @Test func `another model replaces the built-in one`() async throws {
        let desk = try await desk()
        let model = try desk.folder.write("model.json", "{}")
        let answer = await desk.run("plan -q train --image \(Self.image) --offline --model \(model)")
        #expect(answer.code == .configuration)
        #expect(answer.errors.contains("model.json"))
    }

    @Test func `other prices replace the built-in ones`() async throws {
        let desk = try await desk()
        let plan = "plan -q train --image \(Self.image) --offline"
        let prices = try desk.folder.write(
            "conf/prices.yaml", "region: eu-west-1\nas_of: 2026-11\nper_hour: {ml.m5.xlarge: 0.5}\n")
        let priced = await desk.run("\(plan) --prices \(prices)")
        #expect(priced.code == .ok, "\(priced.errors)")
        #expect(
            priced.output.contains(
                "cost      at most 2.00 USD: 2 x ml.m5.xlarge x 2 h of MaxRuntimeInSeconds, on demand; prices of "
                    + "eu-west-1, 2026-11 (DIR/conf/prices.yaml)\n"))
        // The path is relative to the configuration, whatever the working directory is.
        try desk.folder.write(
            "launch-config.yaml",
            "environment: {type: aws, region: eu-west-1}\nregistry: {type: mock}\nrunner: {type: sagemaker, prices: conf/prices.yaml}\n"
        )
        #expect(await desk.run(plan).output.contains("at most 2.00 USD"))
        let unknown = await desk.run("\(plan) -V type=ml.m5.4xlarge")
        #expect(
            unknown.output.contains("cost      unknown: no price of ml.m5.4xlarge in the prices of eu-west-1, 2026-11"))

        try desk.folder.write("conf/prices.yaml", "region: eu-west-1\nas_of: 2026-11\nper_hour: {m5.xlarge: free}\n")
        let wrong = await desk.run(plan)
        #expect(wrong.code == .configuration)
        #expect(
            wrong.errors.contains("DIR/conf/prices.yaml:3:12: \"m5.xlarge\" cannot be an instance type"),
            "\(wrong.errors)")
        #expect(wrong.errors.contains("DIR/conf/prices.yaml:3:23: \"m5.xlarge\" of \"per_hour\" must be a number"))
        #expect(wrong.errors.contains("launch-config.yaml:3:1: runner (type: sagemaker): The prices of"))
        let checked = await desk.run("config check")
        #expect(checked.code == .configuration && checked.errors.contains("prices.yaml:3:12:"))
        let missing = await desk.run("\(plan) --prices \(desk.folder.file("none.yaml"))")
        #expect(missing.code == .configuration && missing.errors.contains("none.yaml: the file does not exist"))
    }

    @Test func `the hint for a key of W&B's runner names the queue's key`() async throws {
        let desk = try await desk()
        try desk.folder.write(
            "launch-config.yaml",
            "runner: {type: sagemaker, role_arn: \"arn:aws:iam::123456789012:role/x\", s3_output_path: \"s3://x/y\"}\n"
                + "secure_mode: true\nstopped_run_timeout: 60\n")
        let answer = await desk.run("config check")
        #expect(answer.code == .configuration)
        for words in [
            "hint: write it as RoleArn into the queue's file", "OutputDataConfig: {S3OutputPath: s3://BUCKET/PREFIX}",
            "without that key, everything but what the kind of backend protects", "SageMaker always gives 120 seconds",
        ] {
            #expect(answer.errors.contains(words), "\(words): \(answer.errors)")
        }
        #expect(
            !answer.errors.contains("belongs to \"environment\"") && !answer.errors.contains("belongs to environment"))
    }

    @Test func `the path of a password file is relative to the configuration, and the file is checked`() async throws {
        let desk = try await desk()
        let config = try desk.folder.write(
            "conf/launch.yaml",
            "registry: {type: local, uri: \"localhost:5000\", username: u, password_file: secrets/password}\n")
        let missing = await desk.run("config check \(config)")
        #expect(missing.code == .configuration)
        #expect(
            missing.errors.contains(
                "The 'password_file' DIR/conf/secrets/password cannot be read: the file does not exist."),
            "\(missing.errors)")
        try desk.folder.write("conf/secrets/password", "\n")
        #expect(await desk.run("config check \(config)").errors.contains("has no password: its first line is empty"))
        try desk.folder.write("conf/secrets/password", "x\n")
        #expect(await desk.run("config check \(config)").code == .ok)
    }
}
