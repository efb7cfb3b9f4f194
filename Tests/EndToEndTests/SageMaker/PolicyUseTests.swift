import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

/// The calls that arrive at AWS, beside the policy that `launch iam-policy` prints: no action is missing, and none is
/// there that nothing uses.
@Suite("The printed policy and the calls", .timeLimit(.minutes(30)))
struct PolicyUseTests {
    /// Actions that AWS checks for another call, with that call.
    private static let implied = [
        "iam:PassRole": "sagemaker:CreateTrainingJob", "sagemaker:AddTags": "sagemaker:CreateTrainingJob",
        "kms:CreateGrant": "sagemaker:CreateTrainingJob",
    ]

    /// What this test does not get to: a look-up after a lost answer, many jobs at once, and an upload in parts.
    private static let rare: Set = [
        "sagemaker:ListTags", "sagemaker:ListTrainingJobs", "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
        // The layers of the image's configuration, which the stub's images do not have.
        "ecr:GetDownloadUrlForLayer",
        // Only registries that require a login ask for it.
        "ecr:GetAuthorizationToken",
    ]

    /// The statements of a policy: each action with its resources.
    private static func statements(_ account: Account, of holder: String = "agent") async throws -> [String: [String]] {
        let policy = try JSONValue(parsing: try await account.succeeding("iam-policy", "--for", holder).output)
        var all: [String: [String]] = [:]
        for statement in policy["Statement"]?.arrayValue ?? [] {
            for action in statement["Action"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
                all[action, default: []] += statement["Resource"]?.arrayValue?.compactMap(\.stringValue) ?? []
            }
        }
        return all
    }

    /// The action and the resource that IAM checks for a call; none for calls that anyone may make.
    private static func checks(_ call: StubCall) -> [(action: String, resource: String?)] {
        switch call.service {
        case "sts" where call.operation == "GetCallerIdentity": return []
        case "sagemaker":
            let name = (try? JSONValue(parsing: call.request.raw.text))?["TrainingJobName"]?.stringValue
            let job = name.map { "arn:aws:sagemaker:\(Account.region):\(Account.id):training-job/\($0)" }
            return [("sagemaker:\(call.operation)", job)]
        case "s3":
            let parts = call.request.decodedPath.split(separator: "/", maxSplits: 1).map(String.init)
            let bucket = "arn:aws:s3:::\(parts.first ?? "")"
            let object = parts.count == 2 ? "\(bucket)/\(parts[1])" : bucket
            return switch call.operation {
            case "HeadObject", "GetObject": [("s3:GetObject", object)]
            case "ListObjectsV2", "HeadBucket": [("s3:ListBucket", bucket)]
            case "CopyObject": [("s3:PutObject", object), ("s3:GetObject", nil)]
            case "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload":
                [("s3:PutObject", object)]
            default: [("s3:\(call.operation)", object)]
            }
        case "ecr", "logs", "sts", "batch": return [("\(call.service):\(call.operation)", nil)]
        default: return []
        }
    }

    private static func matches(_ resource: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map {
            NSRegularExpression.escapedPattern(for: String($0))
        }
        return resource.range(of: "^\(parts.joined(separator: ".*"))$", options: .regularExpression) != nil
    }

    /// Expects that the calls so far are those of the policy.
    private static func expectPolicy(
        of account: Account, _ comment: String, besides others: Set<String> = []
    ) async throws {
        let policy = try await statements(account)
        var used: Set<String> = []
        for call in account.stub.calls {
            for (action, resource) in checks(call) {
                used.insert(action)
                let allowed = try #require(policy[action], "\(comment): \(action) is not in the policy")
                guard let resource else { continue }
                #expect(
                    allowed.contains { matches(resource, $0) }, "\(comment): \(action) on \(resource): \(allowed)")
            }
        }
        for (action, call) in implied where used.contains(call) { used.insert(action) }
        let unused = Set(policy.keys).subtracting(used).subtracting(rare).subtracting(others)
        #expect(unused == [], "\(comment): nothing uses them")
    }

    @Test func `prebuilt images, logs and a stop`() async throws {
        let account = try Account()
        try Self.withoutBuilder(account)
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        try await account.succeeding("agent", "--drain")
        _ = try await account.log(of: id)
        account.stub.sagemaker.lives(.long)
        let stopped = try await account.submit()
        let agent = try account.start(["agent", "--drain"])
        try #require(await eventually { account.stub.sagemaker.jobs.count == 2 })
        try await account.succeeding("stop", stopped)
        #expect(try await agent.end().code == 0)
        #expect(account.stub.calls("sagemaker", "StopTrainingJob").count > 0)
        try await Self.expectPolicy(of: account, "prebuilt")
    }

    @Test func `code beside an image`() async throws {
        let account = try Account()
        try Self.withoutBuilder(account)
        account.stub.s3.add(bucket: "bucket")
        try await account.queue(Guide.queueYAML + "code_uri: s3://bucket/team/code\n")
        for text in ["one", "two"] {
            try account.folder.write("code/train.py", "print('\(text)')\n")
            try account.folder.write("code/model.py", "model = 1\n")
            let id = try await account.succeeding(
                "submit", "-q", "train", "--image", Account.image, "-E", "python3 train.py", "--code",
                account.folder.file("code")
            ).word
            try await account.succeeding("agent", "--drain")
            #expect(try await account.facts(of: id).state == "succeeded")
            _ = try await account.log(of: id)
        }
        // Nothing was stopped.
        try await Self.expectPolicy(of: account, "code", besides: ["sagemaker:StopTrainingJob"])
    }

    @Test func `the example digits, and what its jobs do in S3`() async throws {
        let account = try Account()
        try Self.withoutBuilder(account)
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        try await account.queue(
            try String(contentsOf: root.appending(path: "examples/digits/queue.yaml"), encoding: .utf8))
        let id = try await account.submit(["-E", "python3 train.py"])
        try await account.succeeding("agent", "--drain")
        _ = try await account.log(of: id)
        try await Self.expectPolicy(of: account, "digits", besides: ["sagemaker:StopTrainingJob"])

        let policy = try await Self.statements(account, of: "job")
        let request = try account.job(of: id).request
        func expect(_ action: String, _ uri: JSONValue?) throws {
            let place = try #require(uri?.stringValue, "\(request)").replacing("s3://", with: "arn:aws:s3:::")
            let object = place.hasSuffix("/") ? "\(place)a" : "\(place)/a"
            #expect(policy[action]?.contains { Self.matches(object, $0) } == true, "\(action) on \(object): \(policy)")
        }
        for channel in request["InputDataConfig"]?.arrayValue ?? [] {
            try expect("s3:GetObject", channel["DataSource"]?["S3DataSource"]?["S3Uri"])
        }
        try expect("s3:PutObject", request["OutputDataConfig"]?["S3OutputPath"])
        for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
            try expect(action, request["CheckpointConfig"]?["S3Uri"])
        }
        #expect(
            policy["s3:DeleteObject"]?.contains { Self.matches("arn:aws:s3:::amzn-s3-demo-bucket/digits/data/a", $0) }
                == false)
    }

    /// The calls to the registry itself arrive at a real registry, which does not name ECR's actions.
    private static let registryActions: Set = [
        "ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]

    @Test(.enabled(if: PrivateEngine.obstacle == nil, "\(PrivateEngine.obstacle ?? "")"))
    func `an appended image, in a repository that the agent makes`() async throws {
        let address = "127.0.58.\(UInt8.random(in: 2...254))"
        let server = try await RegistryServer(.init(likeECR: true, tlsName: Account.host, listensOn: (address, 443)))
        let engine = try await PrivateEngine(host: Account.host, at: address, caFile: nil)
        let account = try Account(
            uri: Account.repositoryARN.replacing("/train", with: "/made") + "\n  create_repository: true",
            setting: ["AWS_CA_BUNDLE": try #require(server.caFile)])
        account.stub.ecr.login(password: RegistryServer.tokenPassword)
        account.stub.ecr.look { server.manifest($0, $1) }
        _ = try await server.pushImage("train", tag: "base")
        try account.builder("type: append\n  base_image: \(Account.host)/train:base\n  entrypoint: [train]")
        try await account.queue(Guide.queueYAML)
        try account.folder.write("source/train.py", "print(1)\n")
        let program = try Inside(engine: engine, account: account)
        let id = try program.lastLine("submit", "-q", "train", "--source", account.folder.file("source"))
        try program.run("agent", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        _ = try await account.log(of: id)
        #expect(account.stub.calls("ecr", "CreateRepository").count == 1)
        try await Self.expectPolicy(
            of: account, "append", besides: Self.registryActions.union(["sagemaker:StopTrainingJob"]))
    }

    private static func withoutBuilder(_ account: Account) throws {
        try account.folder.write(
            ".config/wandb/launch-config.yaml",
            Guide.launchConfig(queue: "train", uri: Account.repositoryARN).replacing("type: docker", with: "type: noop")
        )
    }
}
