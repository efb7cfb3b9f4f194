import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchSubprocess
import TestSupport
import Testing

/// SageMaker requests rehearsed as local containers, through the program.
@Suite(.needsEngine) struct RehearsedJobTests {
    /// The members of a rehearsed run that tests read.
    private struct Rehearsed: Decodable {
        struct Record: Decodable {
            struct Timeline: Decodable { var steps: [Step] }
            struct Step: Decodable { var status: String }
            struct Report: Decodable { var reproduced, notSimulated, differences: [String] }
            var course: Timeline
            var report: Report
        }
        var id: String
        var state: String
        var cause: RunFacts.Cause?
        var outputs: [RunFacts.Output]
        var metrics: [String: Double]
        var rehearsal: Record

        /// A file from a packed result.
        func file(_ name: String, of archive: String) async throws -> Data {
            let path = try #require(outputs.first { $0.name == archive }).path
            let tar = try await Subprocess.run("tar", ["-xzOf", path, name])
            try #require(tar.exit.isSuccess, "\(tar.stderrText)")
            return Data(tar.stdoutText.utf8)
        }
    }

    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/training
        AlgorithmSpecification:
          TrainingInputMode: File
          MetricDefinitions: [{Name: loss, Regex: "loss=([0-9.]+)"}]
        HyperParameters: {sagemaker_program: '"train.py"', sagemaker_submit_directory: '"/opt/ml/code"'}
        InputDataConfig:
          - {ChannelName: train, DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://bucket/train/"}}}
        OutputDataConfig: {S3OutputPath: "s3://bucket/output"}
        ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 1, VolumeSizeInGB: 5}
        StoppingCondition: {MaxRuntimeInSeconds: 600}

        """

    @Test(.needsImage("launch-test-toolkit:1", "scripts/build-toolkit-image could not make launch-test-toolkit:1"))
    func `a script written for SageMaker runs unchanged through the sagemaker-training toolkit`() async throws {
        try await World.with { world in
            try await world.queue("tk", Self.queue, resource: "sagemaker")
            try world.folder.write("data/points.csv", "1,2\n2,4\n3,6\n")
            let script = try #require(Bundle.module.url(forResource: "train", withExtension: "py"))
            try world.folder.write("toolkit/train.py", [UInt8](try Data(contentsOf: script)))
            try world.folder.write(
                "toolkit/Dockerfile",
                "FROM launch-test-toolkit:1\nLABEL e2e=\(world.project)\nCOPY train.py /opt/ml/code/\n")
            let words = [
                "run", "--json", "--rehearse", "-q", "tk", "--source", world.folder.file("toolkit"),
                "--channel", "train=\(world.folder.file("data"))", "--keep-local", "--param", "epochs=20",
            ]
            let run = try await world.succeeding(words + ["--param", "learning-rate=0.1"]).json(Rehearsed.self)
            #expect(run.state == "succeeded")
            #expect(run.metrics["loss"].map { $0 < 0.01 } == true)
            struct Model: Decodable { var slope: Double }
            let model = try JSONDecoder().decode(
                Model.self, from: try await run.file("model.json", of: "model.tar.gz"))
            #expect(abs(model.slope - 2) < 0.01)
            let seen = try JSONSerialization.jsonObject(with: try await run.file("seen.json", of: "output.tar.gz"))
            let expected: [String: Any] = [
                "arguments": [
                    "epochs": 20, "learning_rate": 0.1, "model_dir": "/opt/ml/model",
                    "output_data_dir": "/opt/ml/output/data", "train": "/opt/ml/input/data/train",
                    "hosts": ["algo-1"], "current_host": "algo-1",
                ],
                "epochs": "20", "learning_rate": "0.1", "hyperparameters": ["epochs": 20, "learning-rate": 0.1],
                "channels": ["train"], "instance_type": "ml.m5.large",
                "input_config": [
                    "train": [
                        "RecordWrapperType": "None", "S3DistributionType": "FullyReplicated",
                        "TrainingInputMode": "File",
                    ]
                ],
                "training_env": "\(world.project)-\(run.id)",
            ]
            #expect(NSDictionary(dictionary: expected).isEqual(seen), "\(seen)")

            // Two hosts: each waits until it can resolve all host names, and the first to end does not wait for the
            // others.
            let several = try await world.succeeding(
                words + ["--param", "learning-rate=0.1", "--set", "ResourceConfig.InstanceCount=2"]
            ).json(Rehearsed.self)
            #expect(several.state == "succeeded")
            let places = try JSONSerialization.jsonObject(
                with: try await several.file("seen.json", of: "output.tar.gz"))
            let arguments = (places as? [String: Any])?["arguments"] as? [String: Any]
            #expect(arguments?["hosts"] as? [String] == ["algo-1", "algo-2"], "\(places)")

            // The script raises an exception, and the toolkit writes it to the failure file.
            let answer = try await world.launch(words + ["--param", "learning-rate=5"])
            let failed = try answer.json(Rehearsed.self)
            #expect(answer.code == 1 && failed.state == "failed" && failed.cause?.exitCode == 1)
            #expect(failed.cause?.message.hasPrefix("ExecuteUserScriptError:") == true, "\(answer)")
        }
    }

    @Test(.needsImage("launch-example-base:1", "scripts/build-base-image could not make launch-example-base:1"))
    func `the example trains the same model with an interruption as without`() async throws {
        try await World.with { world in
            let digits = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("examples/digits")
            try FileManager.default.copyItem(atPath: digits.path, toPath: world.folder.file("digits"))
            let dockerfile = world.folder.file("digits/Dockerfile")
            let text = try String(contentsOfFile: dockerfile, encoding: .utf8) + "LABEL e2e=\(world.project)\n"
            try world.folder.write("digits/Dockerfile", text)
            let queue = try String(contentsOfFile: world.folder.file("digits/queue.yaml"), encoding: .utf8)
            try await world.queue("digits", queue, resource: "sagemaker")
            // The plan for SageMaker: the configuration, and the same queue and folder.
            try await world.succeeding(
                "plan", "--offline", "-c", world.folder.file("digits/launch-config.yaml"), "-q", "digits", "--source",
                world.folder.file("digits"))
            // Long enough that the interruption below hits the training on fast machines, and slow ones have started by
            // then.
            let spec = [
                "--spec", world.folder.file("digits/rehearse.yaml"), "--set", "HyperParameters.epochs=90",
            ]
            let words = ["run", "--json"] + spec

            let told = try await world.succeeding(["run"] + spec)
            #expect(told.output.contains("epoch=90 train_loss="))
            for words in ["rehearsal | Training\n", "  reproduced\n    - ", "  would differ on the backend\n    - "] {
                #expect(told.errors.contains(words), "\(told)")
            }
            #expect(!told.errors.contains("is not in Amazon ECR"), "the report says it, once and at the end")
            let id = try #require(told.errors.firstMatch(of: /run ([a-z0-9]{8}) succeeded/)).1
            let plain = try await world.succeeding("status", "--json", String(id)).json(Rehearsed.self)
            #expect(plain.metrics["validation:accuracy"].map { $0 > 0.9 } == true, "\(plain.metrics)")
            #expect(plain.rehearsal.report.differences.contains { $0.contains("Push it to ECR") })
            #expect(plain.rehearsal.report.notSimulated.contains { $0.contains("RoleArn") })

            let drilled = try await world.succeeding(words + ["--drill", "spot@2s"]).json(Rehearsed.self)
            let steps = drilled.rehearsal.course.steps.map(\.status)
            #expect(steps.filter { $0 == "Training" }.count == 2 && steps.contains("Interrupted"), "\(steps)")
            let log = try await world.log(of: drilled.id).output
            let place = try #require(log.firstMatch(of: /SIGTERM in (epoch [0-9]+, behind row [0-9]+): kept/), "\(log)")
                .1
            #expect(log.contains("resumed in \(place)"), "\(log)")
            let models = [plain, drilled]
            var contents: Set<Data> = []
            for run in models { contents.insert(try await run.file("model.json", of: "model.tar.gz")) }
            #expect(contents.count == 1)

            let answer = try await world.launch(words + ["--set", "HyperParameters.epochs=none"])
            let failed = try answer.json(Rehearsed.self)
            #expect(answer.code == 1)
            #expect(failed.cause?.message.hasPrefix("hyperparameter epochs: expected a whole number") == true)
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Only if the engine has the image, which a script makes.
    static func needsImage(_ name: String, _ reason: Comment) -> Self {
        .enabled(reason) {
            guard EngineFixture.isWanted else { return false }
            return try await EngineFixture.engine().image(name) != nil
        }
    }
}
