import Foundation
import LaunchHost
import LaunchSubprocess
import Testing

@testable import LaunchSageMaker

/// Files of other programs as queue files.
struct QueueAdoptionTests {
    private func read(_ text: String) throws -> (file: QueueFile, warnings: [String]) {
        let file = try QueueFile(
            Document(text: text, name: "queue.yaml", kind: .invalid), runner: SageMakerRunner.plugin)
        return (file, file.warnings.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.message)" })
    }

    @Test
    func `W&B's envelope and W&B's own keys are removed with a warning each; findings have positions in the envelope`()
        throws
    {
        let (file, warnings) = try read(
            """
            {"sagemaker": {
              "EcrRepoName": "train", "region": "us-east-2", "profile": "x",
              "RoleArn": "arn:aws:iam::123456789012:role/train",
              "StoppingCondition": {"MaxRuntimeInSeconds": 60}
            }, "template_variables": {}}
            """)
        #expect(
            file.template
                == .object([
                    "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
                    "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(60)]),
                ]))
        #expect(
            warnings == [
                "1:2 the template is read from below \"sagemaker\", as W&B Launch writes it",
                "2:3 EcrRepoName, region and profile are left out, as W&B Launch does: SageMaker takes no such key",
            ])
        let path = try #require(FieldPath(parsing: "StoppingCondition.MaxRuntimeInSeconds"))
        #expect(file.document.mark(at: path) == Mark(line: 4, column: 48))
        // A command parses the text again and finds the same positions.
        let again = try Document(text: file.document.text, name: "q", kind: .invalid).spelt(
            like: SageMakerRunner.plugin)
        #expect(again.mark(at: path) == Mark(line: 4, column: 48))
    }

    @Test
    func `An envelope beside other keys, and one without keys, are not unwrapped`() throws {
        for text in ["sagemaker: {RoleArn: x}\nTags: []\n", "sagemaker: x\n"] {
            let file = try? read(text)
            // The service's own model warns of the key. Nothing is dropped without a message.
            #expect(file == nil || file?.file.template["sagemaker"] != nil, "\(text)")
        }
    }

    @Test
    func `The output of describe-training-job is accepted as the template of new jobs, with one note`() throws {
        let (file, warnings) = try read(
            """
            {
              "TrainingJobName": "old", "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/old",
              "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed", "ModelArtifacts": {"S3ModelArtifacts": "s3://x"},
              "RoleArn": "arn:aws:iam::123456789012:role/train",
              "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "SelectedInstanceType": "ml.m5.xlarge", "InstanceCount": 1},
              "CreationTime": 1700000000.5, "BillableTimeInSeconds": 60
            }
            """)
        #expect(
            file.template
                == .object([
                    "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
                    "ResourceConfig": .object([
                        "InstanceType": .string("ml.m5.xlarge"), "InstanceCount": .integer(1),
                    ]),
                ]))
        #expect(
            warnings == [
                "2:3 this is the output of describe-training-job; 8 members of it describe that job and are left out: "
                    + "TrainingJobName, TrainingJobArn, TrainingJobStatus, SecondaryStatus, ModelArtifacts, "
                    + "ResourceConfig.SelectedInstanceType, CreationTime, BillableTimeInSeconds"
            ])
    }

    @Test
    func `A fixed name of a template is kept, and a warning says that it never changes`() throws {
        for name in ["train", "${project_name}-x", "${author}-${queue_name}"] {
            let (file, warnings) = try read("TrainingJobName: \"\(name)\"\n")
            #expect(file.template["TrainingJobName"] == .string(name))
            #expect(warnings.count == 1 && warnings[0].hasPrefix("1:18 TrainingJobName: every run would get the name"))
        }
        for name in ["x-${run_id}", "${run_name}", "x-{{n}}"] {
            let (_, warnings) = try read("training_job_name: \"\(name)\"\ntemplate_variables: {n: {type: string}}\n")
            #expect(!warnings.contains { $0.contains("every run") }, "\(name)")
        }
    }

    @Test
    func `W&B's keys in --resource-args are not sent either, and a warning says so`() throws {
        let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
        let request = try runner.render(
            try TrainingWorld.job("run00001", ["region": .string("us-east-1"), "EcrRepoName": .string("x")]))
        #expect(request.document["region"] == nil && request.document["EcrRepoName"] == nil)
        let warnings = runner.validate(request).filter { $0.message.contains("W&B Launch") }
        #expect(warnings.map(\.path.description).sorted() == ["EcrRepoName", "region"])
        #expect(warnings.allSatisfy { $0.severity == .warning })
    }

    @Test
    func `All members that botocore's describe call has and its create call does not are removed`() async throws {
        guard Subprocess.find("python3") != nil else { return }
        let script = """
            import botocore.session
            service = botocore.session.get_session().get_service_model("sagemaker")
            told = service.operation_model("DescribeTrainingJob").output_shape.members
            taken = service.operation_model("CreateTrainingJob").input_shape.members
            print(" ".join(set(told) - set(taken)))
            """
        let result = try await Subprocess.run("python3", ["-c", script], timeout: .seconds(600))
        guard result.exit.isSuccess else {
            return print("Not compared with botocore: \(result.stderrText.suffix(100))")
        }
        let names = result.stdoutText.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(names.count > 20)
        #expect(Set(names).subtracting(QueueTemplate.describedKeys).isEmpty)
    }
}
