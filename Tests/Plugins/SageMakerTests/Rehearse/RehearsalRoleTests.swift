import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The credentials of the containers of a rehearsal.
@Suite struct RehearsalRoleTests {
    private static let role = "arn:aws:iam::123456789012:role/rehearsal"
    private let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)

    private func request(_ more: [String: JSONValue] = [:]) throws -> RunRequest {
        var job = try TrainingWorld.job()
        job.job.template = .object(TrainingWorld.template.merging(more) { $1 })
        return try runner.render(job)
    }

    private func rehearsalPlan(
        _ request: RunRequest, _ options: RehearsalOptions
    ) throws -> RehearsalPlan? {
        try runner.rehearsal(of: request, with: options).rehearsalPlan
    }

    @Test func `a queue's run gets credentials of the role with a session policy`() throws {
        let request = try request([QueueTemplate.rehearsalRole: .string(Self.role)])
        #expect(request.document[QueueTemplate.rehearsalRole] == nil)
        #expect(runner.validate(request).isEmpty)
        let found = try rehearsalPlan(request, RehearsalOptions(wantsCredentials: true))
        let role = try #require(found?.role)
        #expect(found?.offersCredentials == true && role.name == Self.role)
        #expect(role.session.wholeMatch(of: /launch-rehearsal-[a-z0-9-]{1,32}/) != nil)
        // Without a policy of the queue, the credentials cannot assume another role.
        let policy = try JSONValue(parsing: try #require(role.sessionPolicy))
        let denied = policy["Statement"]?.arrayValue?.first { $0["Effect"] == "Deny" }?["Action"]?.arrayValue
        #expect(denied?.contains("iam:*") == true && denied?.contains("sts:AssumeRole*") == true)
        #expect(runner.permissions(for: request).first?.actions == ["sts:AssumeRole"])
        #expect(runner.permissions(for: request).first?.resources == [Self.role])
    }

    @Test(arguments: [
        ["Statement": [["Effect": "Allow", "Action": "s3:Get*", "Resource": "*"]]] as JSONValue,
        #"{"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}"#,
    ])
    func `the queue's own session policy is used`(policy: JSONValue) throws {
        let request = try request([
            QueueTemplate.rehearsalRole: .string(Self.role), QueueTemplate.rehearsalPolicy: policy,
        ])
        #expect(request.document[QueueTemplate.rehearsalPolicy] == nil && runner.validate(request).isEmpty)
        let role = try #require(try rehearsalPlan(request, RehearsalOptions(wantsCredentials: true))?.role)
        #expect(role.sessionPolicy == #"{"Statement":[{"Action":"s3:Get*","Effect":"Allow","Resource":"*"}]}"#)
    }

    @Test func `a queue without a role gives no credentials`() throws {
        let request = try request()
        let error = try #require(throws: BackendError.self) {
            _ = try rehearsalPlan(request, RehearsalOptions(wantsCredentials: true))
        }
        #expect(error.category == .denied && error.hint?.contains("rehearsal_role_arn") == true)
        let nothing = try rehearsalPlan(request, RehearsalOptions())
        #expect(nothing?.offersCredentials == false && nothing?.role == nil)
        // A user's run without a queue gets the environment's own credentials.
        let own = try rehearsalPlan(request, RehearsalOptions(wantsCredentials: true, usesOwnCredentials: true))
        #expect(own?.offersCredentials == true && own?.role == nil)
    }

    @Test(arguments: ["rehearsal", "arn:aws:s3:::bucket", "arn:aws:iam::123456789012:user/me"])
    func `an invalid role is a finding`(role: String) throws {
        let findings = runner.validate(try request([QueueTemplate.rehearsalRole: .string(role)]))
        #expect(
            findings.contains {
                $0.path.description == "rehearsal_role_arn" && $0.message.contains("not the ARN of a role")
            })
    }

    @Test(
        arguments: [
            .string("no"), .string("[]"), .object([:]),
            .object(["Statement": .string(String(repeating: "a", count: 2100))]),
        ] as [JSONValue])
    func `an invalid policy is a finding`(policy: JSONValue) throws {
        let findings = runner.validate(
            try request([QueueTemplate.rehearsalRole: .string(Self.role), QueueTemplate.rehearsalPolicy: policy]))
        #expect(findings.contains { $0.severity == .error && $0.path.description == "rehearsal_session_policy" })
    }

    // MARK: what a submitter's values may become

    @Test(arguments: [
        ("RoleArn", ValueUse.resource("an ARN")), ("ResourceConfig.VolumeKmsKeyId", .resource("an ARN")),
        ("OutputDataConfig.KmsKeyId", .resource("an ARN")),
        ("rehearsal_role_arn", .resource("an ARN")), ("OutputDataConfig.S3OutputPath", .uri),
        ("CheckpointConfig.S3Uri", .uri),
        ("InputDataConfig[0].DataSource.S3DataSource.S3Uri", .uri), ("CheckpointConfig.LocalPath", .path),
        ("InputDataConfig[0].ChannelName", .name()), ("TrainingJobName", .name()), ("VpcConfig.Subnets[0]", .name()),
        ("ProfilerConfig.S3OutputPath", .uri), ("Environment.DATA_PATH", .text), ("HyperParameters.S3Uri", .text),
        ("Tags[0].Value", .text), ("AlgorithmSpecification.ContainerArguments[0]", .text),
    ])
    func `the kind of each path of the template is known`(path: String, place: ValueUse) throws {
        #expect(SageMakerRunner.plugin.valueUse(try #require(FieldPath(parsing: path))) == place)
    }

    @Test(arguments: ["OutputDataConfig", "CheckpointConfig"])
    func `a variable cannot leave the prefix of a URI`(block: String) throws {
        let key = block == "OutputDataConfig" ? "S3OutputPath" : "S3Uri"
        let template = TrainingWorld.template.merging([block: [key: "s3://bucket/{{team}}/out"]]) { $1 }
        let queue = ResolveStage.Queue(
            template: .object(template), variables: [TemplateVariable(name: "team", type: .string)])
        var spec = LaunchSpec(
            source: .image("x"), project: "p", entity: "e", author: "a", resource: SageMakerRunner.type, queue: "q")
        let stage = ResolveStage(queue: queue, plugin: SageMakerRunner.plugin)
        for value in ["..", "../other", "a/b", "a?b", ""] {
            spec.overrides.variables = ["team": .string(value)]
            let error = try #require(throws: LaunchError.self) { _ = try stage.job(spec, as: .random()) }
            #expect(
                error.diagnostics.contains { $0.message.contains("cannot be in a URI") },
                "\(value): \(error.diagnostics)")
        }
        spec.overrides.variables = ["team": .string("vision-1")]
        #expect(try stage.job(spec, as: .random()).template[block]?[key] == "s3://bucket/vision-1/out")
    }

    @Test func `a submitter cannot set the job's name`() throws {
        let queue = ResolveStage.Queue(template: .object(TrainingWorld.template))
        var spec = LaunchSpec(
            source: .image("x"), project: "p", entity: "e", author: "a", resource: SageMakerRunner.type, queue: "q")
        let stage = ResolveStage(queue: queue, plugin: SageMakerRunner.plugin)
        for key in ["TrainingJobName", "training_job_name", "rehearsal_role_arn", "rehearsal_session_policy"] {
            spec.overrides.settings = [.init(path: FieldPath([.member(key)]), value: "production")]
            let error = try #require(throws: LaunchError.self) { _ = try stage.job(spec, as: .random()) }
            #expect(error.diagnostics.contains { $0.message.contains("is the queue's to set") }, "\(error.diagnostics)")
        }
    }
}
