import AWSStub
import LaunchHost
import TestSupport
import Testing

/// Images that SageMaker may pull and the agent may not look up, as those of AWS's built-in algorithms.
@Suite("Images of other accounts", .timeLimit(.minutes(30)))
struct ForeignImageTests {
    private static let owner = "382416733822"
    private static let name = "\(owner).dkr.ecr.us-east-1.amazonaws.com/linear-learner"
    private static let digest = "sha256:\(String(repeating: "4", count: 64))"

    private func account(registry: String? = nil) throws -> Account {
        let account = try Account()
        account.stub.ecr.close(account: Self.owner)
        if let registry {
            try account.folder.write(
                ".config/wandb/launch-config.yaml",
                "queues: [train]\nenvironment: {type: aws, region: us-east-1}\nregistry: {type: \(registry)}\n"
                    + "builder: {type: noop}\n")
        }
        return account
    }

    private func submit(_ image: String, _ account: Account) async throws -> Answer {
        try await account.launch("submit", "-q", "train", "--image", image)
    }

    @Test(arguments: [":1", "@\(digest)", ":1@\(digest)"], [nil, "local"])
    func `a built-in algorithm runs by tag and by digest, whatever registry is configured; its role is the caller's`(
        _ version: String, registry: String?
    ) async throws {
        let account = try account(registry: registry)
        let role = "arn:aws:iam::123456789012:role/train"
        try await account.queue(Guide.queueYAML.replacing(role, with: "train"))
        let image = Self.name + version
        let isPinned = version.contains("@")

        let offline = try await account.succeeding("plan", "-q", "train", "--image", image, "--offline")
        #expect(offline.output.contains("the account of the role \"train\" is not known offline"), "\(offline)")
        let plan = try await account.succeeding("plan", "-q", "train", "--image", image)
        #expect(plan.output.contains(role) && !plan.output.contains("not known offline"), "\(plan)")
        let decision = isPinned ? "prebuilt; named by its digest" : "prebuilt; sent as it is given, not pinned"
        #expect(plan.output.contains(decision), "\(plan)")
        #expect(plan.output.contains("is not pinned to a digest") == !isPinned, "\(plan)")

        let submitted = try await submit(image, account)
        #expect(submitted.code == 0 && submitted.errors.isEmpty, "\(submitted)")
        let agent = try await account.succeeding("agent", "--drain")
        #expect(agent.errors.contains("sent unpinned") == !isPinned, "\(agent)")
        let facts = try await account.facts(of: submitted.word)
        #expect(facts.state == "succeeded", "\(facts)")
        #expect(facts.image?.digest == (isPinned ? Self.digest : nil))
        let request = try account.job(of: submitted.word).request
        let sent = isPinned ? "\(Self.name)@\(Self.digest)" : image
        #expect(request["AlgorithmSpecification"]?["TrainingImage"] == .string(sent))
        #expect(request["RoleArn"] == .string(role))
        try await account.expectAsBoto3()
    }

    @Test
    func `a queue that demands pinning refuses a tag that cannot be pinned, and says how it would run`() async throws {
        let account = try account()
        let free = "allow_overrides: []\nallow_sources: any\n"
        try await account.queue(Guide.queueYAML + free)
        try await account.queue(Guide.queueYAML + "allow_unpinned: false\n", named: "strict", file: "strict.yaml")
        for queue in ["train", "strict"] {
            let plan = try await account.launch("plan", "-q", queue, "--image", "\(Self.name):1")
            #expect(plan.code == 77, "\(plan)")
            #expect(plan.errors.contains("cannot be pinned to a digest, and the queue demands that"), "\(plan)")
            #expect(plan.errors.contains("allow_unpinned: true"), "\(plan)")
            let named = try await account.launch("plan", "-q", queue, "--image", "\(Self.name)@\(Self.digest)")
            #expect(named.code == 0, "\(named)")
        }
        let id = try await submit("\(Self.name):1", account).word
        try await account.succeeding("agent", "--drain")
        let facts = try await account.facts(of: id)
        #expect(facts.state == "failed" && facts.cause?.code == "image", "\(facts)")
        #expect(account.stub.sagemaker.jobs.isEmpty)

        try await account.queue(Guide.queueYAML + free + "allow_unpinned: true\n", named: "open", file: "open.yaml")
        #expect(try await account.launch("plan", "-q", "open", "--image", "\(Self.name):1").code == 0)
    }

    @Test
    func `an image that the own account denies, or another account's registry lacks, is not sent`()
        async throws
    {
        let account = try account()
        try await account.queue(Guide.queueYAML)
        account.stub.ecr.close(account: Account.id)
        let denied = try await account.launch("plan", "-q", "train", "--image", Account.image)
        #expect(denied.code == 77 && denied.errors.contains("needs ecr:BatchGetImage"), "\(denied)")
        let missing = try await account.launch(
            "plan", "-q", "train", "--image", "763104351884.dkr.ecr.us-east-1.amazonaws.com/none:1")
        #expect(missing.code == 69 && missing.errors.contains("does not exist"), "\(missing)")
    }

    @Test
    func `an image of ECR is pinned by ECR without an engine, even if another registry is configured`() async throws {
        let account = try account(registry: "local")
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        try await account.succeeding("agent", "--drain")
        let facts = try await account.facts(of: id)
        #expect(facts.state == "succeeded" && facts.image?.digest != nil, "\(facts)")
        #expect(facts.image?.reference.hasPrefix("\(Account.host)/train@sha256:") == true)
    }
}
