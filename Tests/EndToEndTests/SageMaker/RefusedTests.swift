import AWSStub
import Foundation
import TestSupport
import Testing

/// Rejections by AWS that the run did not cause.
@Suite("Rejections by AWS", .timeLimit(.minutes(30)))
struct RefusedTests {
    @Test(arguments: [["AWS_SECRET_ACCESS_KEY": "wrong"], ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]])
    func `an agent with credentials that AWS does not accept claims no run, says so, and ends with 77`(
        _ setting: [String: String]
    ) async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        let answer = try await account.launch(["agent", "--drain"], setting: setting)
        #expect(answer.code == 77, "\(answer)")
        #expect(answer.errors.contains("hint: "), "\(answer)")
        let facts = try await account.facts(of: id)
        #expect(facts.state == "queued" && facts.cause == nil, "\(facts)")
    }

    @Test
    func `an agent that cannot verify its identity continues with its queues`() async throws {
        let account = try Account()
        account.stub.always("sts", "GetCallerIdentity", .error("AccessDenied", "Not authorized.", status: 403))
        try await account.queue(Guide.queueYAML)
        let id = try await account.submit()
        let answer = try await account.succeeding("agent", "--drain")
        #expect(answer.errors.contains("the credentials could not be checked"), "\(answer)")
        #expect(try await account.facts(of: id).state == "succeeded")
    }

    @Test
    func `a waiting launch stop prints why the backend rejects the stop`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        account.stub.sagemaker.lives(.long)
        account.stub.always(
            "sagemaker", "StopTrainingJob",
            .error("AccessDeniedException", "User: x is not authorized to perform: sagemaker:StopTrainingJob"))
        let id = try await account.submit()
        let agent = try account.start(["agent", "--drain"])
        try await account.wait(for: id, toBe: "running")
        let stop = try account.start(["stop", id])
        try await stop.hasSaid("has not accepted the stop yet")
        try await stop.hasSaid("Allow sagemaker:StopTrainingJob")
        account.stub.always("sagemaker", "StopTrainingJob", nil)
        let answer = try await stop.end()
        #expect(answer.code == 0 && answer.errors.contains("run \(id) stopped"), "\(answer)")
        #expect(try await agent.end().code == 0)
    }

    @Test
    func `a queue's rules apply to values with options of their own, and an option without text is an empty text`()
        async throws
    {
        let account = try Account()
        try await account.queue(
            Guide.queueYAML
                + "Environment: {MODE: safe}\nTags: [{Key: cost, Value: a}]\nallow_overrides: [Environment]\nallow_sources: any\n"
        )
        let plan = ["plan", "--offline", "-q", "train", "--image", Account.image]
        for (words, path) in [
            (["--param", "lr=2"], "HyperParameters.lr"),
            (["-E", "evil"], "AlgorithmSpecification.ContainerEntrypoint"),
            (["--set", "Tags=null"], "Tags"),
        ] {
            let answer = try await account.launch(plan + words)
            #expect(answer.code == 65 && answer.errors.contains("a submitter change \(path)"), "\(answer)")
        }
        #expect(try await account.launch(plan + ["--env", "MODE=x"]).code == 0)

        try await account.queue(Guide.queueYAML + "Tags: {cost: a}\n", named: "wrong", file: "wrong.yaml")
        let wrong = try await account.launch("plan", "--offline", "-q", "wrong", "--image", Account.image)
        #expect(wrong.code == 65 && wrong.output.contains("Tags: "), "\(wrong)")

        try await account.queue(Guide.queueYAML, named: "free", file: "free.yaml")
        let free = try await account.launch(
            "plan", "--offline", "-q", "free", "--image", Account.image, "--param", "note=", "--param", "n=null",
            "--set", "ResourceConfig.KeepAlivePeriodInSeconds=null")
        #expect(free.code == 0, "\(free)")
        #expect(free.output.contains("\"note\" : \"\"") && free.output.contains("\"n\" : \"null\""), "\(free)")
    }
}
