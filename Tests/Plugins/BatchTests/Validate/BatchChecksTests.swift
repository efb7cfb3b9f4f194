import Foundation
import LaunchHost
import LaunchSubprocess
import Testing

@testable import LaunchBatch

/// All findings at once, with the paths of the queue's file.
@Suite struct BatchChecksTests {
    private static func findings(_ template: String, _ change: (inout ResolvedJob) -> Void = { _ in }) throws
        -> [String]
    {
        let request = try BatchRender(BatchAccount.job(template, change)).request()
        return BatchChecks(request, region: "us-east-1").findings.map { "\($0.severity) \($0.path)" }
    }

    @Test func `a usual queue has no findings`() throws {
        #expect(
            try Self.findings(#"{"job_queue": "training", "resources": {"VCPU": 1, "MEMORY": 2048, "GPU": 1}}"#) == [])
        #expect(
            try Self.findings(
                """
                {"job_queue": "arn:aws:batch:us-east-1:123456789012:job-queue/q", "platform": "FARGATE",
                 "resources": {"VCPU": 0.25, "MEMORY": 512}, "timeout": 3600, "attempts": 3,
                 "evaluate_on_exit": [{"on_exit_code": "1*", "action": "RETRY"}], "tags": {"team": "a b"},
                 "container_properties": {"executionRoleArn": "arn:aws:iam::123456789012:role/x",
                 "networkConfiguration": {"assignPublicIp": "ENABLED"}}}
                """) == [])
    }

    @Test func `everything that is wrong is reported at once`() throws {
        let found = try Self.findings(
            """
            {"job_queue": "arn:aws:batch:eu-west-1:123456789012:job-queue/q", "array_size": 1, "timeout": 5,
             "resources": {"VCPU": 1.5, "CPU": 1, "MEMORY": "2g"}, "attempts": 2, "tags": {"aws:x": "é\u{301}", "t": "<>"},
             "evaluate_on_exit": [{"action": "EXIT"}, {"on_exit_code": "x", "action": "RETRY"}],
             "container_properties": {"jobRoleARN": "x", "vcpus": 1, "jobRoleArn": "arn:aws:s3:::x", "privileged": "yes",
             "ephemeralStorage": {"sizeInGiB": 30}, "environment": []}, "env": {"AWS_BATCH_X": "1"}}
            """)
        #expect(
            Set(found) == [
                "error job_queue", "error array_size", "error timeout", "error resources.CPU", "error resources.VCPU",
                "error resources.MEMORY", "error evaluate_on_exit[0]", "error evaluate_on_exit[1].on_exit_code",
                "error container_properties.jobRoleARN", "error container_properties.vcpus",
                "error container_properties.jobRoleArn", "error container_properties.privileged",
                "error container_properties.ephemeralStorage", "error container_properties.environment",
                "error env.AWS_BATCH_X", "error tags.aws:x", "error tags.t",
            ], "\(found)")
    }

    @Test(
        arguments: [
            (0.25, 512, true), (0.25, 1536, false), (0.5, 4096, true), (1, 1024, false), (4, 30_720, true),
            (8, 17_000, false), (8, 20_480, true), (16, 122_880, true), (3, 8192, false),
        ] as [(Double, Int, Bool)])
    func `Fargate has certain sizes`(_ vcpu: Double, _ memory: Int, _ isGood: Bool) throws {
        let found = try Self.findings(
            """
            {"job_queue": "q", "platform": "FARGATE", "resources": {"VCPU": \(vcpu), "MEMORY": \(memory)},
             "container_properties": {"executionRoleArn": "arn:aws:iam::123456789012:role/x"}}
            """)
        #expect(found.isEmpty == isGood, "\(found)")
    }

    @Test func `Fargate needs an execution role and has no GPUs`() throws {
        let found = try Self.findings(
            #"{"job_queue": "q", "platform": "FARGATE", "resources": {"VCPU": 1, "MEMORY": 2048, "GPU": 1}}"#)
        #expect(Set(found) == ["error container_properties.executionRoleArn", "error resources.GPU"])
    }

    @Test func `a queue without resources, and the template of a new queue`() throws {
        #expect(try Self.findings(#"{"job_queue": "q"}"#) == ["error resources", "error resources"])
        #expect(
            try Self.findings(#"{"job_queue": "<REQUIRED>", "resources": {"VCPU": 1, "MEMORY": 2048}}"#)
                == ["error job_queue"])
    }

    @Test func `a definition of the user excludes container_properties, and its image is not pinned`() throws {
        #expect(
            try Self.findings(#"{"job_queue": "q", "job_definition": "train:3"}"#) == ["warning job_definition"])
        #expect(
            try Self.findings(#"{"job_queue": "q", "job_definition": "a b", "container_properties": {}}"#)
                == ["error job_definition", "error container_properties", "warning job_definition"])
    }

    @Test func `what is too long is found, and a long configuration is left out`() throws {
        let usual = #"{"job_queue": "q", "resources": {"VCPU": 1, "MEMORY": 2048}}"#
        #expect(
            try Self.findings(usual) { $0.environment = ["X": String(repeating: "x", count: 40_000)] } == ["error "])
        #expect(
            try Self.findings(usual) { $0.environment = ["X": String(repeating: "x", count: 9000)] } == ["warning "])
        #expect(
            try Self.findings(usual) { $0.runConfig = ["x": .string(String(repeating: "x", count: 5000))] }
                == ["warning env"])
        #expect(try Self.findings(usual) { $0.entryPoint = ["python"] } == ["warning command"])
    }

    /// The members of `ContainerProperties` come from the model; a newer botocore may have more.
    @Test func `the members of ContainerProperties are those of botocore`() async throws {
        guard Subprocess.find("python3") != nil else { return }
        let script = """
            import json, sys
            try:
                import botocore.session
            except ImportError:
                sys.exit(3)
            shape = botocore.session.get_session().get_service_model("batch").shape_for("ContainerProperties")
            kinds = {"string": "text", "boolean": "flag", "list": "list", "structure": "mapping", "integer": "number"}
            print(json.dumps({name: kinds[member.type_name] for name, member in shape.members.items()}))
            """
        let result = try await Subprocess.run(
            "python3", ["-c", script], stdout: .collect(maxBytes: 1 << 20), timeout: .seconds(60))
        guard result.exit != .code(3) else {
            print("Not compared with botocore: python3 has no module botocore.")
            return
        }
        let theirs = try JSONDecoder().decode([String: String].self, from: Data(result.stdout))
        #expect(ContainerMembers.kinds.mapValues(\.rawValue) == theirs)
    }
}
