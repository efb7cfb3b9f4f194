import AWSStub
import LaunchHost
import TestSupport
import Testing

/// Queues whose template names the image or the algorithm, so a submit needs no image.
@Suite("Queues that name their image or algorithm", .timeLimit(.minutes(30)))
struct NamedSourceTests {
    private static let algorithm = "arn:aws:sagemaker:us-east-1:123456789012:algorithm/scikit-decision-trees"

    private func account(_ algorithm: String, more: String = "", named name: String = "train") async throws -> Account {
        let account = try Account()
        try await queue(algorithm, more: more, named: name, account)
        return account
    }

    private func queue(
        _ algorithm: String, more: String = "", named name: String, _ account: Account
    ) async throws {
        try await account.queue(
            Guide.queueYAML + "AlgorithmSpecification: {\(algorithm), TrainingInputMode: File}\n" + more, named: name,
            file: "\(name).yaml")
    }

    private func specification(_ id: String, _ account: Account) async throws -> JSONValue {
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        return try #require(try account.job(of: id).request["AlgorithmSpecification"])
    }

    @Test
    func
        `the queue's image runs without --image and is pinned, even in a locked queue`()
        async throws
    {
        let account = try await account("TrainingImage: \(Account.image)")
        try await queue("TrainingImage: \(Account.image)", more: "allow_overrides: []\n", named: "locked", account)
        let plan = try await account.succeeding("plan", "-q", "train")
        #expect(plan.output.contains("image     prebuilt; pinned to its digest"), "\(plan)")
        #expect(plan.output.hasSuffix("findings  none\n"), "\(plan)")
        for queue in ["train", "locked"] {
            let submitted = try await account.succeeding("submit", "-q", queue)
            #expect(submitted.errors.isEmpty, "\(submitted)")
            let status = try await account.succeeding("status", submitted.word)
            #expect(status.output.contains("what the queue names"), "\(status)")
            try await account.succeeding("agent", "--drain", "-q", queue)
            #expect(try await account.facts(of: submitted.word).state == "succeeded")
            let image = try account.job(of: submitted.word).request["AlgorithmSpecification"]?["TrainingImage"]
            #expect(
                image?.stringValue?.hasPrefix("\(Account.host)/train@sha256:") == true, "\(String(describing: image))")
        }
    }

    @Test
    func `the queue's algorithm is sent by its name, without an image`() async throws {
        let account = try await account("AlgorithmName: \(Self.algorithm)", more: "EnableNetworkIsolation: true\n")
        let submitted = try await account.succeeding("submit", "-q", "train", "--param", "depth=3")
        #expect(submitted.errors.isEmpty, "\(submitted)")
        let sent = try await specification(submitted.word, account)
        #expect(sent["AlgorithmName"] == .string(Self.algorithm) && sent["TrainingImage"] == nil, "\(sent)")
        #expect(account.stub.calls("ecr", "BatchGetImage").isEmpty)
        try await account.expectAsBoto3()
        // It has no image that runs elsewhere.
        let rehearsal = try await account.launch("plan", "-q", "train", "--rehearse", "--offline")
        #expect(rehearsal.code == 65, "\(rehearsal)")
    }

    @Test
    func
        `a run's own image is an error beside an algorithm, a warning beside an image, and can be denied`()
        async throws
    {
        let account = try await account("AlgorithmName: \(Self.algorithm)")
        let image = ["--image", Account.image]
        let refused = try await account.launch(["submit", "-q", "train"] + image)
        #expect(refused.code == 65 && refused.errors.contains("AlgorithmSpecification.AlgorithmName"), "\(refused)")
        #expect(refused.errors.contains("and the run gives the image \(Account.image) as well"), "\(refused)")
        let away = ["--set", "AlgorithmSpecification.AlgorithmName=null"]
        let replaced = try await account.launch(["plan", "-q", "train"] + image + away)
        #expect(replaced.code == 0, "\(replaced)")

        let other = "\(Account.host)/train:base"
        account.stub.ecr.add(image: Account.manifest + " ", tags: ["base"], to: "train")
        try await queue("TrainingImage: \"\(other)\"", named: "image", account)
        let told = try await account.launch(["submit", "-q", "image"] + image)
        #expect(told.code == 0, "\(told)")
        #expect(
            told.errors.contains("the queue's image \(other) is replaced by the run's, \(Account.image)"), "\(told)")
        let same = try await account.launch("submit", "-q", "image", "--image", other)
        #expect(same.code == 0 && same.errors.isEmpty, "\(same)")

        try await queue("TrainingImage: \"\(other)\"", more: "allow_overrides: []\n", named: "locked", account)
        let denied = try await account.launch(["submit", "-q", "locked"] + image)
        #expect(denied.code == 65 && denied.errors.contains("the queue does not allow the image"), "\(denied)")
    }

    @Test
    func `an image that a submitter puts into the template is one that the policy must allow`() async throws {
        let account = try await account(
            "TrainingImage: \(Account.image)", more: "allow_sources: {images: [\(Account.host)/train]}\n")
        func plan(_ words: String..., queue: String = "train") async throws -> Answer {
            try await account.launch(["plan", "--offline", "-q", queue] + words)
        }
        let path = "AlgorithmSpecification.TrainingImage"
        #expect(try await plan("--set", "\(path)=\(Account.host)/train:v2").code == 0)
        let other = try await plan("--set", "\(path)=\(Account.host)/other:v1")
        #expect(other.code == 65 && other.errors.contains("the queue does not allow the image"), "\(other)")
        let algorithm = try await plan(
            "--set", "\(path)=null", "--set", "algorithm_specification.algorithm_name=\(Self.algorithm)")
        #expect(algorithm.code == 65 && algorithm.errors.contains("choose the algorithm"), "\(algorithm)")

        let variable = "TrainingImage: \"\(Account.host)/{{name}}\""
        try await queue(
            variable, more: "allow_overrides: []\ntemplate_variables: {name: {type: string}}\n", named: "free", account)
        let free = try await plan("-V", "name=evil:1", queue: "free")
        #expect(free.code == 65 && free.errors.contains("the queue does not allow the image"), "\(free)")
        try await queue(
            variable,
            more: "allow_overrides: []\ntemplate_variables: {name: {type: string, enum: [\"train:v1\", other]}}\n",
            named: "listed", account)
        #expect(try await plan("-V", "name=train:v1", queue: "listed").code == 0)
    }

    @Test
    func
        `without an image, the error lists the options; a complete CreateTrainingJob request runs without a queue`()
        async throws
    {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        for words in [["plan", "-q", "train"], ["submit", "-q", "train"], ["plan", "-r", "sagemaker"]] {
            let answer = try await account.launch(words)
            #expect(answer.code == 64 && answer.errors.contains("say what to run: --image URI"), "\(answer)")
        }
        // The image's macro is the image of the run.
        try await queue("TrainingImage: \"${image_uri}\"", named: "macro", account)
        #expect(try await account.launch("plan", "--offline", "-q", "macro").code == 64)
        #expect(try await account.launch("plan", "--offline", "-q", "macro", "--image", Account.image).code == 0)

        try account.folder.write(
            "body.yaml", Guide.queueYAML + "AlgorithmSpecification: {TrainingImage: \"\(Account.image)\"}\n")
        let body = try await account.launch("plan", "-r", "sagemaker", "-R", "body.yaml")
        #expect(body.code == 0 && body.output.contains("prebuilt; pinned to its digest"), "\(body)")
        let stray = try await account.launch("plan", "-r", "sagemaker", "-R", "body.yaml", "--dockerfile", "D")
        #expect(stray.code == 64 && stray.errors.contains("the run's source is what its queue names"), "\(stray)")
    }

    @Test
    func `an error of the queue's image is reported when the queue is created, with its line`() async throws {
        let account = try Account()
        try account.folder.write(
            "queue.yaml", Guide.queueYAML + "AlgorithmSpecification: {TrainingImage: \"python:3.12\"}\n")
        let made = try await account.launch("queue", "create", "train", "-r", "sagemaker", "--config", "queue.yaml")
        #expect(made.code == 0 && made.errors.contains("queue.yaml:10:"), "\(made)")
        #expect(made.errors.contains("\"python:3.12\" is not in Amazon ECR"), "\(made)")
        let plan = try await account.launch("plan", "--offline", "-q", "train")
        #expect(plan.code == 65 && plan.output.contains("queue.yaml:10:"), "\(plan)")
    }
}
