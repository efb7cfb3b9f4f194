import AWSStub
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

/// A folder of code beside an image, on the engine of this machine.
@Suite("Code beside an image on this machine", .needsEngine, .timeLimit(.minutes(30)))
struct LocalCodeTests {
    /// A user with the engine, an image, and a folder of code.
    private static func account() async throws -> Account {
        let account = try Account(setting: ["DOCKER_HOST": "\(try await EngineFixture.engine().address)"])
        _ = try await EngineFixture.imageID()
        try account.folder.write(
            "code/run.sh", "#!/bin/sh\npwd\ncat lib/model.py lib/same.py\necho made > made.txt\necho trained \"$@\"\n")
        try account.folder.write("code/lib/model.py", "model = 1\n")
        try account.folder.write("code/data/big", "not code\n")
        try account.folder.write("code/.launchignore", "data\n")
        try FileManager.default.createSymbolicLink(
            atPath: account.folder.file("code/lib/same.py"), withDestinationPath: "model.py")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: account.folder.file("code/run.sh"))
        return account
    }

    private static func words(_ account: Account) -> [String] {
        ["--image", EngineFixture.imageName, "-E", "./run.sh", "--code", account.folder.file("code")]
    }

    @Test func `the command starts in a copy of the folder, as in a job that downloads it`() async throws {
        let account = try await Self.account()
        let run = try await account.succeeding(["run", "-r", "local-docker"] + Self.words(account) + ["--", "well"])
        #expect(run.output.contains("/opt/ml/input/data/code\nmodel = 1\nmodel = 1\n"), "\(run)")
        #expect(run.output.contains("trained well"), "\(run)")
        // The job may write into its folder, and the user's folder and the snapshot stay as they are.
        #expect(!FileManager.default.fileExists(atPath: account.folder.file("code/made.txt")))
        let again = try await account.succeeding(["run", "-r", "local-docker"] + Self.words(account))
        #expect(again.output.contains("model = 1"), "\(again)")
        #expect(account.stub.calls.allSatisfy { $0.service != "s3" })
    }

    @Test func `a queue's hardened container runs code, and its plan has the digest of the remote request`()
        async throws
    {
        let account = try await Self.account()
        try account.folder.write("local.yaml", "read_only: true\nnetwork: none\n")
        try await account.succeeding("queue", "create", "here", "-r", "local-docker", "--config", "local.yaml")
        try await account.queue(Guide.queueYAML)
        func digest(_ queue: String, _ image: String) async throws -> Substring {
            let code = ["-E", "./run.sh", "--code", account.folder.file("code")]
            let plan = try await account.succeeding(["plan", "-q", queue, "--image", image] + code)
            #expect(plan.output.contains("as input channel 'code'"), "\(plan)")
            return try #require(plan.output.firstMatch(of: /sha256 ([0-9a-f]{64})/)?.1, "\(plan)")
        }
        #expect(try await digest("here", EngineFixture.imageName) == digest("train", Account.image))
        let id = try await account.succeeding(["submit", "-q", "here"] + Self.words(account)).word
        try await account.succeeding("agent", "-q", "here", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        #expect(try await account.succeeding("logs", id).output.contains("model = 1"))
    }

    @Test func `code without a command, and requirements that cannot be installed, are refused`() async throws {
        let account = try await Self.account()
        let base = ["run", "-r", "local-docker", "--image", EngineFixture.imageName]
        let code = ["--code", account.folder.file("code")]
        let silent = try await account.launch(base + code)
        #expect(silent.code == 65 && silent.errors.contains("--entry-point 'python3 train.py'"), "\(silent)")
        let none = try await account.launch(base + code + ["-E", "true", "--code-requirements"])
        #expect(none.code == 65 && none.errors.contains("has no requirements.txt"), "\(none)")
        try account.folder.write("code/requirements.txt", "numpy\n")
        let closed = try await account.launch(
            base + code + ["-E", "true", "--code-requirements", "--set", "network=none"])
        #expect(closed.code == 65 && closed.errors.contains("without a network"), "\(closed)")
    }
}
