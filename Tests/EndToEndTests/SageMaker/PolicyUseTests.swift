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
    private static func statements(_ account: Account) async throws -> [String: [String]] {
        let policy = try JSONValue(parsing: try await account.succeeding("iam-policy").output)
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

    private static func withoutBuilder(_ account: Account) throws {
        try account.folder.write(
            ".config/wandb/launch-config.yaml",
            Guide.launchConfig(queue: "train", uri: Account.repositoryARN).replacing("type: docker", with: "type: noop")
        )
    }
}
