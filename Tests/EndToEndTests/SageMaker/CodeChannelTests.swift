import AWSStub
import EngineTestSupport
import Foundation
import LaunchContainerEngine
import LaunchCrypto
import LaunchHost
import TestSupport
import Testing

/// A folder of code beside an image: from the command line to the training job, and to a rehearsal.
@Suite("Code beside an image", .timeLimit(.minutes(30)))
struct CodeChannelTests {
    private static let options = ["-q", "train", "--image", Account.image, "-E", "python3 train.py"]
    private static let bucket = "bucket"

    private static func account(_ more: String = "", setting: [String: String] = [:]) async throws -> Account {
        let account = try Account(setting: setting)
        account.stub.s3.add(bucket: bucket)
        try await account.queue(Guide.queueYAML + more)
        try account.folder.write("code/train.py", "print('one')\n")
        try account.folder.write("code/lib/model.py", "model = 1\n")
        try account.folder.write("code/data/big", "not code\n")
        try account.folder.write("code/.launchignore", "data\n")
        return account
    }

    private static func code(_ account: Account) -> [String] { ["--code", account.folder.file("code")] }

    /// The files of a prefix of the bucket.
    private static func files(_ account: Account, _ prefix: String) -> [String] {
        account.stub.s3.keys(bucket: bucket).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    @Test func `a folder is uploaded once, read as a channel, and of an edit only the changed file is sent`()
        async throws
    {
        let account = try await Self.account()
        let submit = ["submit"] + Self.options + Self.code(account)
        let first = try await account.succeeding(submit)
        #expect(first.errors.contains("left out of the code: data/"), "\(first)")
        try await account.succeeding("agent", "--drain")
        let facts = try await account.facts(of: first.word)
        #expect(facts.state == "succeeded", "\(facts)")
        let sent = try account.job(of: first.word).request
        let uri = try #require(
            sent["InputDataConfig"]?.arrayValue?.first?["DataSource"]?["S3DataSource"]?["S3Uri"]?.stringValue)
        let prefix = String(uri.dropFirst("s3://\(Self.bucket)/".count))
        #expect(prefix.hasPrefix("output/code/") && prefix.hasSuffix("/files/"), "\(uri)")
        #expect(
            Self.files(account, prefix) == [
                ".launch-files", ".launch-start", ".launchignore", "lib/model.py", "train.py",
            ])
        #expect(
            account.stub.s3.content(bucket: Self.bucket, key: "\(prefix)train.py") == Array("print('one')\n".utf8))
        let start = try #require(account.stub.s3.content(bucket: Self.bucket, key: "\(prefix).launch-start"))
        #expect(
            sent["AlgorithmSpecification"]?["ContainerEntrypoint"]
                == .array(
                    ["sh", "-c", CodeChannel.check, SHA256.hex(start), "run", "python3", "train.py"]
                        .map { .string($0) }))
        try await account.expectAsBoto3()

        // Unchanged: one HEAD.
        let before = account.stub.calls.filter { $0.service == "s3" }.count
        let second = try await account.succeeding(submit)
        try await account.succeeding("agent", "--drain")
        let calls = account.stub.calls.filter { $0.service == "s3" }.dropFirst(before).map(\.operation)
        #expect(calls == ["HeadObject"], "\(calls)")
        #expect(
            try account.job(of: second.word).request["InputDataConfig"] == sent["InputDataConfig"])

        // One line edited: one file is sent, the rest is copied in S3.
        try account.folder.write("code/train.py", "print('two')\n")
        let puts = account.stub.calls("s3", "PutObject").count
        let third = try await account.succeeding(submit)
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: third.word).state == "succeeded")
        // The use, the file, the list of hashes, the start file, the marker, and the name of the last version.
        #expect(account.stub.calls("s3", "PutObject").count - puts == 6)
        #expect(account.stub.calls("s3", "CopyObject").count == 2)
        #expect(try account.job(of: third.word).request["InputDataConfig"] != sent["InputDataConfig"])
    }

    @Test func `the plan shows the code, its channel and the permissions, and changes nothing`() async throws {
        let account = try await Self.account("code_uri: s3://bucket/team/code\n")
        let plan = try await account.succeeding(["plan"] + Self.options + Self.code(account))
        #expect(plan.output.contains("code      \(account.folder.file("code")): 5 files, "), "\(plan)")
        #expect(plan.output.contains("as input channel 'code'"), "\(plan)")
        #expect(plan.output.contains("\"S3Uri\" : \"s3://bucket/team/code/"), "\(plan)")
        #expect(plan.output.contains("upload the code of runs"), "\(plan)")
        #expect(plan.output.hasSuffix("findings  none\n"), "\(plan)")
        #expect(account.stub.s3.keys(bucket: Self.bucket).isEmpty)
        let policy = try await account.succeeding("iam-policy", "-q", "train")
        #expect(policy.output.contains("arn:aws:s3:::bucket/team/code/*"), "\(policy)")
        let isolated = try await account.launch(
            ["plan", "--code-requirements", "--set", "EnableNetworkIsolation=true"] + Self.options + Self.code(account))
        #expect(isolated.code == 65 && isolated.output.contains("has no requirements.txt"), "\(isolated)")
    }

    @Test func `mistakes are reported before anything is queued or uploaded`() async throws {
        let account = try await Self.account()
        let image = ["-q", "train", "--image", Account.image]
        let code = Self.code(account)
        let noCommand = try await account.launch(["submit"] + image + code)
        #expect(noCommand.code == 65 && noCommand.errors.contains("--entry-point 'python3 train.py'"), "\(noCommand)")
        let two = try await account.launch(["submit", "--source", "."] + Self.options + code)
        #expect(two.code == 64 && two.errors.contains("cannot be combined"), "\(two)")
        let stray = try await account.launch(["submit", "--code-requirements"] + Self.options)
        #expect(stray.code == 64 && stray.errors.contains("--code-requirements is for --code"), "\(stray)")
        let missing = try await account.launch(["submit", "--code", "nowhere"] + Self.options)
        #expect(missing.code == 65 && missing.errors.contains("'nowhere' does not exist"), "\(missing)")
        let plain = try await account.launch(
            ["run", "-r", "mock", "--image", "busybox:1", "-E", "true"] + code)
        #expect(plain.errors.contains("take no code channel"), "\(plain)")
        try FileManager.default.createSymbolicLink(
            atPath: account.folder.file("code/out"), withDestinationPath: "/etc/passwd")
        let link = try await account.launch(["submit"] + Self.options + code)
        #expect(link.code == 65 && link.errors.contains("'out' is a link to '/etc/passwd'"), "\(link)")
        #expect(account.stub.calls.allSatisfy { $0.service != "s3" })
    }

    @Test func `a queue with an image of its own takes code, unless it forbids it`() async throws {
        let named =
            "AlgorithmSpecification: {TrainingImage: \(Account.image), ContainerEntrypoint: [python3, train.py]}\n"
        let account = try await Self.account(named)
        let id = try await account.succeeding(["submit", "-q", "train"] + Self.code(account)).word
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        let algorithm = try account.job(of: id).request["AlgorithmSpecification"]
        #expect(algorithm?["TrainingImage"]?.stringValue?.hasPrefix("\(Account.host)/train@sha256:") == true)
        #expect(algorithm?["ContainerEntrypoint"]?.arrayValue?.count == 7)
        try await account.queue(Guide.queueYAML + named + "allow_code: false\n", named: "closed", file: "closed.yaml")
        let refused = try await account.launch(["submit", "-q", "closed"] + Self.code(account))
        #expect(refused.code == 65 && refused.errors.contains("'allow_code: true'"), "\(refused)")
    }

    @Test func `with code: channel, --source means code, in a stored job too`() async throws {
        let named = "AlgorithmSpecification: {TrainingImage: \(Account.image)}\ncode: channel\n"
        let account = try await Self.account(named)
        let folder = account.folder.file("code")
        let command = ["-E", "python3 train.py"]
        let plan = try await account.succeeding(["plan", "-q", "train", "--source", folder] + command)
        #expect(plan.output.contains("as input channel 'code'"), "\(plan)")
        #expect(!plan.output.contains("\"code\" : \"channel\""), "\(plan)")
        let stray = try await account.launch(["plan", "-q", "train", "--source", folder, "-D", "Dockerfile"] + command)
        #expect(stray.code == 64 && stray.errors.contains("--dockerfile is for a build"), "\(stray)")
        let job = ["job", "create", "code", folder, "-n", "kept", "--image", Account.image]
        try await account.succeeding(job)
        let shown = try await account.succeeding("job", "show", "kept")
        #expect(shown.output.contains(Account.image), "\(shown)")
        let id = try await account.succeeding(["submit", "-q", "train", "-j", "kept"] + command).word
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        #expect(!account.stub.s3.keys(bucket: Self.bucket).isEmpty)
        let wrong = try await account.launch(job + ["-D", "Dockerfile"])
        #expect(wrong.code == 64 && wrong.errors.contains("nothing is built"), "\(wrong)")
    }

    @Test func `a refused upload ends the run with the place and the permissions`() async throws {
        let account = try await Self.account("code_uri: s3://elsewhere/code\n")
        let id = try await account.succeeding(["submit"] + Self.options + Self.code(account)).word
        try await account.succeeding("agent", "--drain")
        let facts = try await account.facts(of: id)
        #expect(facts.state == "failed", "\(facts)")
        #expect(facts.cause?.message.contains("cannot be uploaded to s3://elsewhere/code") == true, "\(facts)")
        #expect(account.stub.sagemaker.jobs.isEmpty)
    }

    @Test(.needsEngine)
    func `a rehearsal reads the same code from this machine, and nothing is uploaded`() async throws {
        let account = try await Self.account(
            setting: ["DOCKER_HOST": "\(try await EngineFixture.engine().address)"])
        _ = try await EngineFixture.imageID()
        try account.folder.write("code/run.sh", "#!/bin/sh\npwd\ncat lib/model.py\necho trained \"$@\"\nexit 0\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: account.folder.file("code/run.sh"))
        let options = ["-q", "train", "--image", EngineFixture.imageName, "-E", "./run.sh", "--keep-local"]
        let run = try await account.succeeding(["run", "--rehearse"] + options + Self.code(account) + ["--", "well"])
        #expect(run.output.contains("/opt/ml/input/data/code\n"), "\(run)")
        #expect(run.output.contains("model = 1") && run.output.contains("trained well"), "\(run)")
        // The report names the code that a sent request would name.
        let plan = try await account.succeeding(
            ["plan", "-q", "train", "--image", Account.image, "-E", "./run.sh"] + Self.code(account))
        let digest = try #require(plan.output.firstMatch(of: /sha256 ([0-9a-f]{64})/)?.1)
        #expect((run.output + run.errors).contains(digest), "\(run)")
        #expect(account.stub.calls.allSatisfy { $0.service != "s3" })
    }
}
