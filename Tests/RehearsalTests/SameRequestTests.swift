import AWSStub
import EngineTestSupport
import Foundation
import LaunchHost
import Testing

/// The rehearsed request equals the sent request.
@Suite("One request for both backends", .needsEngine)
struct SameRequestTests {
    @Test
    func `The rehearsed document equals SageMaker's, byte for byte`() async throws {
        let stage = try Stage()
        let id = RunID.random()
        let request = try await stage.request(
            [
                "HyperParameters": ["lr": "0.1", "text": "grüße \"quoted\""], "Environment": ["A": "b\nc"],
                "CheckpointConfig": ["S3Uri": "s3://bucket/ck"],
            ], id: id)
        let before = try JSON.canonical(request.document)
        let ended = try await stage.rehearse(request, id: id)
        #expect(ended.end.phase == .succeeded)

        let handle = try await stage.sender.submit(request, as: id)
        let job = try #require(stage.stub.sagemaker.job(handle.fields["name"] ?? "", region: "eu-west-1"))
        let sent = try JSON.canonical(JSONValue(parsing: String(decoding: job.body, as: UTF8.self)))
        #expect(sent == before)
        // Rendering the same job for SageMaker gives the same document.
        #expect(try JSON.canonical(request.document) == before)
        #expect(ended.description["HyperParameters"] == request.document["HyperParameters"])
        #expect(ended.description["TrainingJobName"]?.stringValue == handle.fields["name"])
    }

    @Test
    func `Both runners render one job to the same document`() async throws {
        let stage = try Stage()
        let digest = try #require(Digest(rawValue: "sha256:" + String(repeating: "a", count: 64)))
        let id = RunID.random()
        let job = RunnableJob(
            job: ResolvedJob(
                runID: id, runName: "same", project: "tests", entity: "", author: "tester", resource: "sagemaker",
                source: .image("probe"), arguments: ["--fast"], runConfig: ["lr": "0.1"],
                template: ["RoleArn": "arn:aws:iam::123456789012:role/trainer"]),
            image: PinnedImage(reference: "probe@\(digest)", digest: digest, name: "probe"))
        #expect(try stage.runner.render(job).document == stage.sender.render(job).document)
    }
}
