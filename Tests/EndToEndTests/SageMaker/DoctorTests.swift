import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// Set-ups that are broken in one place: `launch doctor` marks that line, and its advice repairs it.
@Suite("launch doctor on AWS", .timeLimit(.minutes(30)))
struct DoctorTests {
    struct Report: Decodable {
        struct Check: Decodable {
            var status: String
            var what: String
            var detail: String
            var hint: String?
        }
        var ok: Bool
        var checks: [Check]

        func check(_ what: String) -> Check? { checks.first { $0.what == what } }
        var failing: [String] { checks.filter { $0.status == "fail" }.map(\.what) }
    }

    /// An account in which all checks succeed.
    private static func account(
        builder: String = "noop", queue: String = Guide.queueYAML, clockOffset: TimeInterval = 0
    ) async throws -> Account {
        let account = try Account(clockOffset: clockOffset)
        try account.folder.write(
            ".config/wandb/launch-config.yaml",
            Guide.launchConfig(queue: "train", uri: Account.repositoryARN).replacing(
                "type: docker", with: "type: \(builder)"))
        account.stub.s3.add(bucket: "bucket")
        account.stub.iam.add(role: "train")
        account.stub.iam.add(role: "stub")
        try await account.queue(queue)
        account.stub.iam.allow(try JSONValue(parsing: try await account.succeeding("iam-policy").output))
        let job = try JSONValue(parsing: try await account.succeeding("iam-policy", "--for", "job").output)
        for role in ["train", "tarin"] { account.stub.iam.allow(job, to: role) }
        return account
    }

    private static func report(
        _ account: Account, _ options: [String] = [], setting: [String: String] = [:]
    ) async throws -> Report {
        try await account.launch(["doctor", "--json"] + options, setting: setting).json(Report.self)
    }

    /// Expects that only this line fails, and that its detail and its hint have these words.
    private static func expect(
        _ report: Report, fails what: String, _ detail: String, hint: String
    ) {
        #expect(report.failing == [what], "\(report)")
        let check = report.check(what)
        #expect(check?.detail.contains(detail) == true, "\(report)")
        #expect(check?.hint?.contains(hint) == true, "\(report)")
    }

    @Test func `a working set-up has no failure, and AWS is not changed`() async throws {
        let account = try await Self.account()
        let report = try await Self.report(account)
        #expect(report.ok, "\(report)")
        for what in ["clock", "permissions", "bucket bucket", "role train", "permissions of train", "quotas", "disk"] {
            #expect(report.check(what)?.status == "ok", "\(what): \(report)")
        }
        let reads = ["Get", "List", "Describe", "Batch", "Simulate", "Head", "Filter"]
        for call in account.stub.calls {
            #expect(reads.contains { call.operation.hasPrefix($0) }, "\(call.service) \(call.operation)")
        }
    }

    @Test func `a missing permission is named, and the printed policy repairs it`() async throws {
        let account = try await Self.account()
        var policy = try JSONValue(parsing: try await account.succeeding("iam-policy").output)
        account.stub.iam.allow(try policy.without(action: "sagemaker:StopTrainingJob"))
        Self.expect(
            try await Self.report(account), fails: "permissions",
            "not allowed sagemaker:StopTrainingJob on arn:aws:sagemaker:us-east-1:123456789012:training-job/*",
            hint: "launch iam-policy")
        #expect(try await account.launch("doctor").code == 77)
        policy = try JSONValue(parsing: try await account.succeeding("iam-policy").output)
        account.stub.iam.allow(policy)
        #expect(try await Self.report(account).ok)
    }

    @Test func `what the identity may not read is a warning that says what to look at`() async throws {
        let account = try await Self.account()
        account.stub.iam.allow(nil)
        for (service, operation) in [
            ("iam", "GetRole"), ("servicequotas", "ListServiceQuotas"), ("s3", "ListObjectsV2"),
        ] {
            account.stub.always(service, operation, .error("AccessDenied", status: 403))
        }
        let report = try await Self.report(account)
        #expect(report.ok, "\(report)")
        for what in ["permissions", "bucket bucket", "role train", "quotas"] {
            let check = try #require(report.check(what), "\(report)")
            #expect(check.status == "warn" && check.detail.hasPrefix("not checked"), "\(check)")
        }
    }

    @Test func `the role of the jobs is missing, or does not trust SageMaker`() async throws {
        let account = try await Self.account(queue: Guide.queueYAML.replacing("role/train", with: "role/tarin"))
        Self.expect(
            try await Self.report(account), fails: "role tarin", "no role of this name", hint: "RoleArn")
        account.stub.iam.add(role: "tarin", trusting: "ec2.amazonaws.com")
        Self.expect(
            try await Self.report(account), fails: "role tarin", "trust policy does not name the service",
            hint: "launch iam-policy --for job --trust sagemaker > trust.json")
        account.stub.iam.add(role: "tarin")
        #expect(try await Self.report(account).ok)
    }

    @Test func `the trust policy of the role is evaluated`() async throws {
        let account = try await Self.account()
        func report(_ statement: String) async throws -> Report {
            account.stub.iam.add(role: "train", trust: "{\"Statement\":{\(statement)}}")
            return try await Self.report(account)
        }
        let sagemaker = #""Principal":{"Service":"sagemaker.amazonaws.com"}"#
        Self.expect(
            try await report(#""Effect":"Allow",\#(sagemaker),"Action":"sts:TagSession""#), fails: "role train",
            "does not allow sts:AssumeRole", hint: "aws iam update-assume-role-policy --role-name train")
        let other = #""Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#
        Self.expect(
            try await report(#""Effect":"Allow",\#(sagemaker),"Action":"sts:AssumeRole",\#(other)"#),
            fails: "role train",
            "its condition excludes jobs of the account 123456789012 (StringEquals of "
                + "aws:SourceAccount: 111122223333)", hint: "launch iam-policy --for job --trust sagemaker")
        let open = #""Condition":{"StringEquals":{"aws:SourceOrgID":"o-1"}}"#
        let depends = try await report(#""Effect":"Allow",\#(sagemaker),"Action":"sts:AssumeRole",\#(open)"#)
        #expect(depends.ok && depends.check("role train")?.status == "warn", "\(depends)")
        #expect(depends.check("role train")?.detail.hasSuffix("were not evaluated: aws:SourceOrgID") == true)
        #expect(try await report(#""Effect":"Allow","Principal":"*","Action":"sts:*""#).ok)
    }

    @Test func `a role of another path or of another account is not taken for one of the same name`() async throws {
        let account = try await Self.account()
        let trust = #"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}"#
        account.stub.iam.add(role: "train", path: "service-role/", trust: trust)
        Self.expect(
            try await Self.report(account), fails: "role train",
            "The account has no role arn:aws:iam::123456789012:role/train. The role of this name is "
                + "arn:aws:iam::123456789012:role/service-role/train.", hint: "Set 'RoleArn'")
        let foreign = try await Self.account(
            queue: Guide.queueYAML.replacing("iam::123456789012:role", with: "iam::111122223333:role"))
        let report = try await Self.report(foreign)
        let check = try #require(report.check("role train"), "\(report)")
        #expect(check.status == "warn", "\(check)")
        #expect(
            check.detail == "not checked: it is in the account 111122223333, and this identity in 123456789012")
        #expect(foreign.stub.calls("iam", "GetRole").filter { $0.request.form["RoleName"] == "train" }.isEmpty)
    }

    @Test(arguments: [
        (IAMStub.Cause.organization, "A policy of the organization (SCP) forbids it.", "Ask the administrator"),
        (.boundary, "The permissions boundary does not allow it.", "to the boundary"),
    ])
    func `a denial names the policy that causes it`(
        _ cause: IAMStub.Cause, _ words: String, _ hint: String
    ) async throws {
        let account = try await Self.account()
        var policy = try JSONValue(parsing: try await account.succeeding("iam-policy").output)
        policy = try policy.without(action: "sagemaker:StopTrainingJob")
        account.stub.iam.allow(policy)
        account.stub.iam.deny(by: cause)
        Self.expect(try await Self.report(account), fails: "permissions", words, hint: hint)
    }

    @Test func `a role of the caller whose path is unknown is a warning`() async throws {
        let account = try await Self.account()
        account.stub.iam.add(role: "stub", path: "aws-reserved/", trust: "{}")
        #expect(try await Self.report(account).check("permissions")?.status == "ok")
        account.stub.always("iam", "GetRole", .error("AccessDenied", status: 403))
        let report = try await Self.report(account)
        #expect(report.ok, "\(report)")
        let check = try #require(report.check("permissions"))
        #expect(check.status == "warn" && check.detail.contains("may not read its own role"), "\(check)")
    }

    @Test func `the bucket is missing, or in another region`() async throws {
        let account = try await Self.account(
            queue: Guide.queueYAML.replacing("s3://bucket/output", with: "s3://models/output"))
        let missing = try await Self.report(account)
        #expect(missing.failing == ["bucket models"], "\(missing)")
        account.stub.s3.add(bucket: "models", region: "eu-west-1")
        Self.expect(
            try await Self.report(account), fails: "bucket models",
            "The bucket is in eu-west-1, and the jobs are in us-east-1",
            hint: "change the queue's bucket")
    }

    @Test func `the account may not have the instances`() async throws {
        let account = try await Self.account()
        account.stub.quotas.set("ml.m4.xlarge for training job usage", 0)
        Self.expect(
            try await Self.report(account), fails: "quotas",
            "The account may have 0 of the quota 'ml.m4.xlarge for training job usage', and a run needs 1",
            hint: "Request an increase in Service Quotas")
    }

    @Test func `credentials, region, repository, engine and agent`() async throws {
        let account = try await Self.account()
        let keys = ["AWS_SECRET_ACCESS_KEY": "wrong", "AWS_SESSION_TOKEN": "wrong"]
        #expect(try await Self.report(account, setting: keys).failing == ["environment aws"])
        let none = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""]
        let without = try await Self.report(account, setting: none)
        #expect(without.check("environment aws")?.status == "fail", "\(without)")
        #expect(without.check("environment aws")?.hint != nil, "\(without)")

        Self.expect(
            try await Self.report(account, ["--agent"]), fails: "agent of train", "none: runs wait",
            hint: "launch agent -q train")
        let agent = try account.start(["agent", "-q", "train"])
        try await agent.hasSaid("agent started")
        #expect(try await Self.report(account, ["--agent"]).ok)
        try await agent.signal(SIGTERM)
        _ = try await agent.end()

        let away = ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"]
        let offline = try await Self.report(account, setting: away)
        Self.expect(offline, fails: "environment aws", "127.0.0.1", hint: "the proxy and the network")
        #expect(offline.check("quotas")?.detail == "not checked: environment aws fails", "\(offline)")

        let builder = try await Self.account(builder: "docker")
        #expect(try await Self.report(builder).failing == ["builder docker"])
        try builder.folder.write(
            ".config/wandb/launch-config.yaml",
            Guide.launchConfig(queue: "train", uri: Account.repositoryARN.replacing("/train", with: "/missing"))
                .replacing("type: docker", with: "type: noop"))
        #expect(try await Self.report(builder).failing.contains("registry ecr"))
    }
}

extension DoctorTests {
    @Test func `a proxy that does not answer is one failure, and its password is not shown`() async throws {
        let account = try await Self.account()
        let report = try await Self.report(account, setting: ["https_proxy": "http://me:secret@127.0.0.1:9"])
        Self.expect(report, fails: "proxy", "the proxy of https_proxy does not answer", hint: "Correct https_proxy")
        #expect(!"\(report)".contains("secret"))
        let server = try TestServer { _ in TestAnswer(400, []) }
        let good = try await Self.report(account, setting: ["https_proxy": "127.0.0.1:\(server.port)"])
        #expect(good.ok && good.check("proxy")?.status == "ok", "\(good)")
    }

    @Test func `a source of credentials that fails is one failure`() async throws {
        let account = try await Self.account()
        try account.folder.write(
            ".aws/config",
            """
            [profile process]
            region = us-east-1
            credential_process = /bin/sh -c "echo no token >&2; exit 3"
            [profile sso]
            region = us-east-1
            sso_start_url = https://example.awsapps.com/start
            sso_region = us-east-1
            sso_account_id = 123456789012
            sso_role_name = Train

            """)
        let none = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""]
        func report(_ setting: [String: String]) async throws -> Report {
            try await Self.report(account, setting: none.merging(setting) { $1 })
        }
        Self.expect(
            try await report(["AWS_PROFILE": "process"]), fails: "environment aws", "ended with code 3: no token",
            hint: "Run the command of 'credential_process'")
        Self.expect(
            try await report(["AWS_PROFILE": "sso"]), fails: "environment aws", "The SSO login of the profile sso",
            hint: "aws sso login --profile sso")
        // The answer to a container does not arrive if the hop limit is 1.
        let gate = Gate()
        defer { gate.open() }
        let metadata = try TestServer { _ in TestAnswer(200, before: [.wait(gate)], []) }
        let instance = try await report([
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(metadata.port)",
        ])
        Self.expect(instance, fails: "environment aws", "instance metadata", hint: "a role")
        #expect(try await account.launch(["doctor"], setting: none).code == 77)
    }

    @Test(.enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"))
    func `a full disk is one failure`() async throws {
        let account = try await Self.account()
        // A file system of its own, in a mount namespace.
        let script = """
            set -e
            mkdir "$1"; mount -t tmpfs -o size=4m,mode=700 tmpfs "$1"
            "$0" queue list >&2
            dd if=/dev/zero of="$1/fill" bs=64k 2>/dev/null || true
            "$0" doctor --json 2>/dev/null || true
            """
        let home = account.folder.file("small")
        let text = try Tool.run(
            "unshare",
            ["--mount", "--propagation", "private", "sh", "-c", script, try LaunchProgram.path, home],
            environment: account.variables.merging(["LAUNCH_HOME": home]) { $1 })
        let start = try #require(text.firstIndex(of: "{"), "\(text)")
        let report = try JSONDecoder().decode(Report.self, from: Data(text[start...].utf8))
        Self.expect(report, fails: "disk", "full", hint: "Free some space")
        #expect(report.check("database")?.detail == "not checked: the disk is full", "\(report)")
    }

    @Test func `an expired session is one failure`() async throws {
        let account = try await Self.account()
        account.stub.always("sts", "GetCallerIdentity", .expired)
        Self.expect(
            try await Self.report(account), fails: "environment aws", "have expired", hint: "Renew them")
        #expect(try await account.launch(["doctor"]).code == 77)
    }

    @Test func `a clock that is ten minutes wrong is a warning`() async throws {
        let account = try await Self.account(clockOffset: 600)
        let report = try await Self.report(account)
        #expect(report.ok, "\(report)")
        let clock = try #require(report.check("clock"))
        #expect(clock.status == "warn" && clock.detail.contains("s behind AWS's"), "\(clock)")
        #expect(clock.hint?.contains("timedatectl") == true)
    }

    @Test func `the image of a queue is missing, or for another processor`() async throws {
        let name = "\(Account.host)/train"
        func queue(_ tag: String) -> String {
            Guide.queueYAML + "AlgorithmSpecification: {TrainingImage: \"\(name):\(tag)\"}\n"
        }
        let missing = try await Self.account(queue: queue("v9"))
        Self.expect(
            try await Self.report(missing), fails: "image train:v9", "The registry has no image \(name):v9.",
            hint: "Push it")
        // AWS's own images may be pulled by SageMaker, and not looked up.
        missing.stub.always("ecr", "BatchGetImage", .error("AccessDeniedException"))
        try await missing.queue(
            queue("v1").replacing("\(name):v1", with: "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2"),
            named: "other", file: "other.yaml")
        try missing.folder.write(
            ".config/wandb/launch-config.yaml",
            Guide.launchConfig(queue: "other", uri: Account.repositoryARN).replacing("docker", with: "noop"))
        let denied = try await Self.report(missing)
        #expect(denied.check("image pytorch:2")?.status == "warn", "\(denied)")
        let account = try await Self.account(queue: queue("arm"))
        let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        account.stub.ecr.add(
            image: """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":\
                "application/vnd.oci.image.manifest.v1+json","size":2,"digest":"\(digest)","platform":\
                {"os":"linux","architecture":"arm64"}}]}
                """, tags: ["arm"], to: "train")
        Self.expect(try await Self.report(account), fails: "image train:arm", "there are linux/arm64", hint: "platform")
    }

    @Test func `a role of jobs without a permission is a warning, because a bucket may have a policy`() async throws {
        let account = try await Self.account()
        let policy = try JSONValue(parsing: try await account.succeeding("iam-policy", "--for", "job").output)
        account.stub.iam.allow(try policy.without(action: "s3:PutObject"), to: "train")
        let report = try await Self.report(account)
        let check = try #require(report.check("permissions of train"), "\(report)")
        #expect(report.ok && check.status == "warn", "\(check)")
        #expect(check.detail.contains("s3:PutObject on arn:aws:s3:::bucket/"), "\(check)")
        #expect(check.hint?.contains("'launch iam-policy --for job'") == true, "\(check)")
        account.stub.iam.allow(try policy.without(action: "logs:PutLogEvents"), to: "train")
        Self.expect(
            try await Self.report(account), fails: "permissions of train",
            "The role arn:aws:iam::123456789012:role/train is not allowed logs:PutLogEvents",
            hint: "launch iam-policy --for job")
    }

    @Test func `a key whose grant no policy of IAM allows is a warning`() async throws {
        let key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        let queue = Guide.queueYAML.replacing("  VolumeSizeInGB", with: "  VolumeKmsKeyId: \(key)\n  VolumeSizeInGB")
        try #require(queue.contains(key), "\(queue)")
        let account = try await Self.account(queue: queue)
        #expect(try await Self.report(account).check("permissions")?.status == "ok")
        let policy = try JSONValue(parsing: try await account.succeeding("iam-policy").output)
        account.stub.iam.allow(try policy.without(action: "kms:CreateGrant"))
        let check = try #require(try await Self.report(account).check("permissions"))
        #expect(check.status == "warn" && check.detail.contains("kms:CreateGrant on \(key)"), "\(check)")
    }

    @Test func `a store that cannot be reached, and a region without the repository, are one failure`() async throws {
        let account = try await Self.account()
        let file = ".config/wandb/launch-config.yaml"
        let config = try String(contentsOfFile: account.folder.file(file), encoding: .utf8)
        try account.folder.write(
            file, config + "store: {type: postgres, host: 127.0.0.1, port: 9, database: x, user: u}\n")
        Self.expect(
            try await Self.report(account), fails: "database", "cannot be reached", hint: "'host' and 'port' of 'store'"
        )
        try account.folder.write(file, config.replacing("region: us-east-1", with: "region: eu-west-1"))
        let region = try await Self.report(account)
        Self.expect(
            region, fails: "runner sagemaker", "the repository is in region us-east-1", hint: "the environment's region"
        )
        #expect(region.check("queue train")?.detail == "not checked: runner sagemaker fails", "\(region)")
        #expect(try await account.launch(["doctor"]).code == 78)
    }
}

extension JSONValue {
    /// A policy without an action.
    fileprivate func without(action: String) throws -> JSONValue {
        let text = try JSON.canonical(self)
        return try JSONValue(
            parsing: text.replacing("\"\(action)\",", with: "").replacing(",\"\(action)\"", with: "")
                .replacing("[\"\(action)\"]", with: "[]"))
    }
}
