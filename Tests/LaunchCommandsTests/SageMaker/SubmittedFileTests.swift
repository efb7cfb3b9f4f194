import LaunchConsole
import LaunchHost
import TestSupport
import Testing

/// A finding about a value that a submitter wrote in a file has the position in that file.
@Suite struct SubmittedFileTests {
    private static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/training
        resource_config: {instance_type: ml.m5.xlarge, instance_count: 1, volume_size_in_gb: 30}
        OutputDataConfig: {S3OutputPath: "s3://models/x"}
        StoppingCondition: {MaxRuntimeInSeconds: 7200}
        Tags: [{Key: team, Value: vision}]

        """
    private static let long = String(repeating: "x", count: 2600)

    /// The output of a plan with this file as the value of an option.
    private func plan(_ option: String, _ text: String, _ words: [String] = []) async throws -> String {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write("given.yaml", text)
        let plan = await desk.run(
            words: ["plan", "-q", "train", "--image", SageMakerCommandTests.image, "--offline", option, file] + words)
        #expect(plan.errors.isEmpty)
        return plan.output
    }

    @Test(arguments: ["", "  "]) func `resource arguments have their lines, also below the name of the resource`(
        indent: String
    ) async throws {
        let output = try await plan(
            "-R",
            (indent.isEmpty ? "" : "sagemaker:\n") + """
                \(indent)stopping_condition:
                \(indent)  max_runtime_in_seconds: 0
                \(indent)Tags: [{Key: more, Value: x}, {Key: team2, Value: 'x#y'}]
                """)
        let line = indent.isEmpty ? 2 : 3
        let column = 27 + indent.count
        #expect(
            output.contains("given.yaml:\(line):\(column): StoppingCondition.MaxRuntimeInSeconds: 0 s is out of range"),
            "\(output)")
        // The second item of the file is the third of the request, after the queue's own.
        #expect(output.contains("given.yaml:\(line + 1):\(51 + indent.count): Tags[2].Value: "), "\(output)")
        #expect(!output.contains("(from "), "\(output)")
    }

    private static let spec = """
        env: {MODE: fast, LONG: \(long)}
        params:
          epochs: \(long)
        args: [a, \(long)]
        set:
          ResourceConfig.InstanceCount: abc
        resource_args: {StoppingCondition: {MaxRuntimeInSeconds: 0}}

        """

    @Test func `each key of a spec file gives the lines of its values`() async throws {
        let output = try await plan("--spec", Self.spec)
        for expected in [
            "given.yaml:1:25: Environment.LONG: ", "given.yaml:3:11: HyperParameters.epochs: ",
            "given.yaml:4:11: AlgorithmSpecification.ContainerArguments[1]: ",
            "given.yaml:6:33: ResourceConfig.InstanceCount: ",
            "given.yaml:7:58: StoppingCondition.MaxRuntimeInSeconds: ",
        ] { #expect(output.contains(expected), "\(expected)\n\(output)") }
        #expect(!output.contains("(from "), "\(output)")
    }

    @Test func `a value of the command line takes the place of the file's, and has no line`() async throws {
        let output = try await plan(
            "--spec", Self.spec,
            [
                "--env", "LONG=\(Self.long)y", "--param", "epochs=\(Self.long)y", "--set",
                "resource_config.instance_count=abd", "-R", #"{"StoppingCondition": {"MaxRuntimeInSeconds": -1}}"#,
                "--", "b", "\(Self.long)y",
            ])
        #expect(!output.contains("given.yaml"), "\(output)")
        for option in ["--env", "--param", "--set", "--resource-args", "the arguments after --"] {
            #expect(output.contains("(from \(option))"), "\(option)\n\(output)")
        }
    }

    @Test func `a submit reports the line too`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write("given.yaml", "ResourceConfig:\n  InstanceCount: abc\n")
        let answer = await desk.run("submit -q train --image \(SageMakerCommandTests.image) -R \(file)")
        #expect(answer.code == .invalidData)
        #expect(answer.errors.contains("given.yaml:2:18: ResourceConfig.InstanceCount: "), "\(answer.errors)")
    }

    @Test func `a refused value, a wrong variable and a wrong key of the spec have their lines`() async throws {
        let rules = """
            allow_overrides: [StoppingCondition]
            template_variables: {size: {type: integer, default: 3, maximum: 9}}

            """
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue + rules)
        let spec = """
            queue: train
            image: elsewhere.example.com/x:1
            name: "?"
            priority: critical
            set:
              ResourceConfig.InstanceCount: 4
            env: {MODE: fast}
            resource_args:
              Tags: [{Key: more, Value: x}]
            set_vars:
              size: 10
              depth: 1
            """
        let file = try desk.folder.write("given.yaml", spec)
        for command in ["plan --offline", "submit", "run"] {
            let answer = await desk.run("\(command) --spec \(file)")
            #expect(answer.code == .invalidData, "\(answer)")
            for expected in [
                "given.yaml:2:8: the queue does not allow the image", "given.yaml:3:7: the run's name",
                "given.yaml:4:11: the queue does not let a submitter ask for priority critical",
                "given.yaml:6:33: the queue does not let a submitter change ResourceConfig.InstanceCount\n"
                    + "  6 |   ResourceConfig.InstanceCount: 4\n    |                                 ^\n",
                "given.yaml:7:13: the queue does not let a submitter change Environment.MODE",
                "given.yaml:9:9: the queue does not let a submitter change Tags",
                "given.yaml:11:9: ", "given.yaml:12:10: the queue has no template variable \"depth\"",
            ] { #expect(answer.errors.contains(expected), "\(expected)\n\(answer.errors)") }
        }
        let line = await desk.run(
            "plan --offline --spec \(file) --name ?! --set-var depth=2 --image other.example.com/x:1")
        for expected in ["given.yaml:2:", "given.yaml:3:", "given.yaml:12:"] {
            #expect(!line.errors.contains(expected), "\(expected)\n\(line.errors)")
        }
    }

    @Test func `a tag that the queue has already is refused at its own item`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write("given.yaml", "Tags:\n- {Key: more, Value: x}\n- {Key: team, Value: nlp}\n")
        let answer = await desk.run("submit -q train --image \(SageMakerCommandTests.image) -R \(file)")
        #expect(answer.errors.contains("given.yaml:3:3: Tags team is the queue's to set"), "\(answer.errors)")
    }

    @Test func `a removed value, an unknown macro and a variable of the spec file have their lines`() async throws {
        let desk = try await SageMakerCommandTests().desk(
            queue: Self.queue.replacing("7200", with: "\"{{limit}}\"")
                + "template_variables: {limit: {type: integer, default: 7200}}\n")
        let spec = """
            queue: train
            image: \(SageMakerCommandTests.image)
            set:
              ResourceConfig.InstanceType: null
            set_vars: {limit: 0}
            """
        let file = try desk.folder.write("given.yaml", spec)
        let plan = await desk.run("plan --offline --spec \(file)")
        #expect(plan.output.contains("given.yaml:4:32: ResourceConfig.InstanceType: "), "\(plan)")
        #expect(plan.output.contains("(with {{limit}} from DIR/given.yaml:5:19)"), "\(plan)")
        let other = try desk.folder.write("other.yaml", "HyperParameters:\n  lr: ${nothing}\n")
        let macro = await desk.run("plan -q train --image \(SageMakerCommandTests.image) --offline -R \(other)")
        #expect(macro.errors.contains("other.yaml:2:7: unknown macro \"${nothing}\""), "\(macro)")
    }

    @Test(arguments: [
        (
            "rehearse: true\nchannels: {train: nowhere}", 4, 19,
            "the folder DIR/nowhere for channel train does not exist"
        ),
        ("rehearse: true\nshm_size: 0", 4, 11, "--shm-size is one byte or more"),
        ("rehearse: true\ndrill: power", 4, 8, "--drill is spot or spot@TIME"),
        ("entry_point: \"python3 'x\"", 3, 14, "entry_point"), ("entry_point: ' '", 3, 14, "has no word"),
        ("set:\n  a..b: 1", 4, 9, "is not a path"), ("git_version: main", 3, 14, "--git-version is for --git"),
    ])
    func `a value of the spec file that no stage accepts has its line`(
        _ lines: String, _ line: Int, _ column: Int, _ words: String
    ) async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write(
            "given.yaml", "queue: train\nimage: \(SageMakerCommandTests.image)\n\(lines)\n")
        let answer = await desk.run("plan --offline --spec \(file)")
        #expect(
            answer.errors.contains(/given\.yaml:(\d+):(\d+): .*/)
                && answer.errors.contains("given.yaml:\(line):\(column): "),
            "\(answer.errors)")
        #expect(answer.errors.contains(words), "\(answer.errors)")
    }

    @Test func `an unknown queue or job of the spec file has its line`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write("given.yaml", "image: \(SageMakerCommandTests.image)\nqueue: nowhere\n")
        let queue = await desk.run("submit --spec \(file)")
        #expect(queue.code == .unavailable && queue.errors.contains("given.yaml:2:8: "), "\(queue)")
        let other = try desk.folder.write("other.yaml", "queue: train\njob: nothing\n")
        let job = await desk.run("submit --spec \(other)")
        #expect(job.errors.contains("other.yaml:2:6: "), "\(job)")
    }

    @Test func `a list of resource arguments is refused at its position`() async throws {
        let desk = try await SageMakerCommandTests().desk(queue: Self.queue)
        let file = try desk.folder.write("given.yaml", "\n- a\n")
        let answer = await desk.run("plan -q train --image \(SageMakerCommandTests.image) --offline -R \(file)")
        #expect(answer.code == .invalidData)
        #expect(
            answer.errors.contains("given.yaml:2:1: the values must be a mapping of keys; found a list"), "\(answer)")
    }

    /// A duration is stored as a number, so the text of the file is another than the value of the finding.
    @Test(arguments: [
        ("500ms", "", "q.yaml:2:13: time_limit: "), ("1h", "time_limit: 500ms", "given.yaml:1:13: time_limit: "),
        ("\"{{limit}}\"", "", "q.yaml:2:13: time_limit: "),
    ])
    func `a finding about a duration keeps its line`(_ own: String, _ given: String, _ expected: String) async throws {
        let desk = try Desk()
        let variables = own.hasPrefix("\"") ? "template_variables: {limit: {type: string, default: 500ms}}\n" : ""
        let queue = try desk.folder.write("q.yaml", "run_for: 1m\ntime_limit: \(own)\n\(variables)")
        #expect(await desk.run("queue create q -r mock --config \(queue)").code == .ok)
        let file = try desk.folder.write("given.yaml", given + "\n")
        let more = given.isEmpty ? "" : " -R \(file)"
        let plan = await desk.run("plan -q q --image a/b:1 --offline\(more)")
        #expect(plan.output.contains(expected), "\(plan)")
        #expect(plan.output.contains("^"), "\(plan)")
    }
}
