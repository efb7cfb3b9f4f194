import AWSStub
import Foundation
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

@Suite("W&B's guide to SageMaker, unchanged", .timeLimit(.minutes(30)))
struct GuideTests {
    @Test(arguments: [
        (Account.repositoryARN, "queue.yaml", Guide.queueYAML),
        (Account.repositoryARN, "queue.json", Guide.queueJSON),
        ("\(Account.host)/train", "queue.yaml", Guide.queueYAML),
        ("\(Account.host)/train", "queue.json", Guide.queueJSON),
    ])
    func `the guide's configuration and queue become one training job`(_ uri: String, _ file: String, _ queue: String)
        async throws
    {
        let account = try Account(uri: uri)
        try await account.queue(queue, file: file)
        let id = try await account.submit()
        #expect(try await account.succeeding("agent", "--drain").output.isEmpty)

        #expect(account.stub.sagemaker.jobs.count == 1)
        #expect(try account.document(of: id) == JSONValue(parsing: Guide.request))
        let image = try account.job(of: id).request["AlgorithmSpecification"]?["TrainingImage"]?.stringValue ?? ""
        #expect(image.hasPrefix("\(Account.host)/train@sha256:"), "\(image)")
        let facts = try await account.facts(of: id)
        #expect(facts.state == "succeeded" && facts.image?.reference == image)
        #expect(facts.outputs.first?.path == "s3://bucket/output/default-\(id)/output/model.tar.gz")
        let page = "https://console.aws.amazon.com/sagemaker/home?region=us-east-1#/jobs/default-\(id)"
        #expect(try await account.succeeding("status", id).output.contains(page))
        try await account.expectAsBoto3()
    }

    @Test
    func `a job is made from an image's full URI, and its runs show no secret`() async throws {
        let account = try Account()
        try await account.queue(Guide.queueYAML)
        try await account.succeeding("job", "create", "image", Account.image, "--name", "trainer")
        let id = try await account.succeeding("submit", "-q", "train", "--job", "trainer").word
        let agent = try await account.succeeding("agent", "--drain", "-v", "-v")

        #expect(try account.document(of: id) == JSONValue(parsing: Guide.request))
        let shown = try await account.succeeding("status", id, "--json")
        let files = FileManager.default.enumerator(atPath: account.folder.path)?.compactMap { $0 as? String } ?? []
        #expect(files.contains { $0.hasPrefix("home/") })
        for secret in account.stub.keys.secrets {
            #expect(!(agent.errors + shown.output).contains(secret))
            let holding = files.filter {
                FileManager.default.contents(atPath: account.folder.file($0))?.range(of: Data(secret.utf8)) != nil
            }
            #expect(holding.isEmpty)
        }
    }

    @Test
    func `the template of a queue without a file names the values to fill in`() async throws {
        let account = try Account()
        try await account.succeeding("queue", "create", "train", "--resource", "sagemaker")
        let answer = try await account.launch("plan", "-q", "train", "--image", Account.image, "--offline")
        #expect(answer.code == 65)
        #expect(answer.lines.count { $0.contains("it still holds the placeholder \"<REQUIRED>\"") } == 2, "\(answer)")
        #expect(answer.output.contains("findings  2 errors"), "\(answer)")
    }

    @Test(.enabled(if: MotoServer.program != nil, "moto_server is not installed"))
    func `the guide's job also runs on moto, an independent imitation of AWS`() async throws {
        let moto = try await MotoServer(
            try #require(MotoServer.program), HTTPClient(configuration: .init(proxy: .direct)))
        let account = try Account(setting: ["AWS_ENDPOINT_URL": moto.url])
        try await Moto.putImage(Account.manifest, moto)
        try await account.queue(Guide.queueJSON, file: "queue.json")
        let id = try await account.submit()
        try await account.succeeding("agent", "--drain")

        #expect(try await account.facts(of: id).state == "succeeded")
        #expect(try await account.log(of: id).output.isEmpty)
        let job = try await Moto.job("default-\(id)", moto)
        try Moto.expect(job, holds: JSONValue(parsing: Guide.request), run: id)
        #expect(account.stub.requestCount == 0)
    }
}
