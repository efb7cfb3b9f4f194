import AWSStub
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import TestSupport
import Testing

/// Images of rehearsals with a configuration whose registry is ECR.
@Suite("Rehearsals with ECR as the registry", .needsEngine, .timeLimit(.minutes(30)))
struct RehearsedImageTests {
    private static func account() async throws -> Account {
        let account = try Account(setting: ["DOCKER_HOST": "\(try await EngineFixture.engine().address)"])
        try await account.queue(Guide.queueYAML)
        return account
    }

    @Test
    func `with --keep-local, a built image stays in the engine and is found again, and nothing is pushed`() async throws
    {
        let account = try await Self.account()
        let label = "e2e\(UInt32.random(in: .min ... .max))"
        try account.folder.write(
            "source/Dockerfile",
            "FROM scratch\nLABEL e2e=\(label)\nCOPY busybox /bin/busybox\nCMD [\"/bin/busybox\", \"true\"]\n")
        try FileManager.default.copyItem(atPath: TestDocker.busybox, toPath: account.folder.file("source/busybox"))
        let source = ["-q", "train", "--source", account.folder.file("source"), "--rehearse"]
        defer {
            let images = try? TestDocker.docker(["images", "-aq", "--no-trunc", "--filter", "label=e2e=\(label)"])
            TestDocker.removeImages((images ?? "").split(separator: "\n").map(String.init))
        }
        let plan = try await account.succeeding(["plan"] + source + ["--keep-local"])
        #expect(plan.output.contains("would be built as launch-default:launch-"), "\(plan)")
        for _ in 1...2 {
            let run = try await account.succeeding(
                ["run"] + source + ["--keep-local", "-E", "/bin/busybox echo trained"])
            #expect(run.output.contains("trained"), "\(run)")
        }
        let again = try await account.succeeding(["plan"] + source + ["--keep-local"])
        #expect(again.output.contains("already built as launch-default:launch-"), "\(again)")
        // A push begins with a login.
        #expect(account.stub.calls("ecr", "GetAuthorizationToken").isEmpty)
        let sent = try await account.succeeding(["plan"] + source)
        #expect(sent.output.contains("would be built as \(Account.host)/train:launch-"), "\(sent)")
    }

    @Test
    func `an image that only this engine has can be rehearsed; a run on SageMaker is rejected`() async throws {
        let account = try await Self.account()
        _ = try await EngineFixture.imageID()
        let image = ["-q", "train", "--image", EngineFixture.imageName, "-E", "/bin/echo trained"]
        for more in [["--keep-local"], ["--output", account.folder.file("results")]] {
            let run = try await account.succeeding(["run", "--rehearse"] + image + more)
            #expect(run.output.contains("trained"), "\(run)")
            #expect((run.output + run.errors).contains("is known to this machine's engine only"), "\(run)")
        }
        let refused = try await account.launch(["run"] + image)
        #expect(refused.code != 0 && refused.errors.contains("is not in Amazon ECR"), "\(refused)")
        // The same configuration runs the image on this engine.
        let local = ["-r", "local-docker", "--image", EngineFixture.imageName, "-E", "/bin/echo trained"]
        let plan = try await account.succeeding(["plan"] + local)
        #expect(plan.output.contains("prebuilt; pinned to its digest"), "\(plan)")
        let run = try await account.succeeding(["run"] + local)
        #expect(run.output.contains("trained"), "\(run)")
        let none = try await account.launch(
            ["run", "--rehearse", "-q", "train", "--image", "launch-no-such-image:1", "--keep-local"])
        #expect(none.code != 0 && none.errors.contains("is not in ECR"), "\(none)")
    }
}
