import AWSStub
import EngineTestSupport
import Foundation
import Glibc
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

/// The same code again: of a commit, of a rehearsal, and after an agent died during the upload.
@Suite("The same code again", .timeLimit(.minutes(30)))
struct CodeAgainTests {
    private static let bucket = "bucket"
    private static let options = ["-q", "train", "--image", Account.image, "-E", "python3 train.py"]

    private static func account(setting: [String: String] = [:]) async throws -> Account {
        let account = try Account(setting: setting)
        account.stub.s3.add(bucket: bucket)
        try await account.queue(Guide.queueYAML)
        try account.folder.write("code/train.py", "print('one')\n")
        try account.folder.write("code/lib/model.py", "model = 1\n")
        return account
    }

    /// The prefix that a run's channel names.
    private static func prefix(_ account: Account, _ id: String) throws -> String {
        let channel = try account.job(of: id).request["InputDataConfig"]?.arrayValue?.first
        let uri = try #require(channel?["DataSource"]?["S3DataSource"]?["S3Uri"]?.stringValue)
        return String(uri.dropFirst("s3://\(bucket)/".count))
    }

    private static func git(_ account: Account, _ words: String...) throws {
        try Tool.run(
            "git",
            ["-C", account.folder.file("code"), "-c", "user.name=t", "-c", "user.email=t@example.org"] + words,
            environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"])
    }

    @Test func `a commit that was submitted before uploads nothing, and neither does its folder`() async throws {
        let account = try await Self.account()
        try Self.git(account, "init", "-q", "-b", "main")
        try Self.git(account, "add", "-A")
        try Self.git(account, "commit", "-q", "-m", "one")
        let commit =
            ["submit"] + Self.options + ["--git", "file://\(account.folder.file("code"))", "--code-channel"]
        let first = try await account.succeeding(commit).word
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: first).state == "succeeded")
        let before = account.stub.calls.filter { $0.service == "s3" }.count
        let second = try await account.succeeding(commit).word
        let folder = try await account.succeeding(
            ["submit"] + Self.options + ["--code", account.folder.file("code")]
        ).word
        try await account.succeeding("agent", "--drain")
        let calls = account.stub.calls.filter { $0.service == "s3" }.dropFirst(before).map(\.operation)
        #expect(calls == ["HeadObject", "HeadObject"], "\(calls)")
        let prefix = try Self.prefix(account, first)
        #expect(try Self.prefix(account, second) == prefix)
        #expect(try Self.prefix(account, folder) == prefix)
    }

    @Test(.needsEngine) func `a rehearsal names the code of the sent request`() async throws {
        let account = try await Self.account(
            setting: ["DOCKER_HOST": "\(try await EngineFixture.engine().address)"])
        _ = try await EngineFixture.imageID()
        let code = ["--code", account.folder.file("code")]
        let sent = try await account.succeeding(["submit"] + Self.options + code).word
        try await account.succeeding("agent", "--drain")
        let prefix = try Self.prefix(account, sent)
        let digest = try #require(prefix.split(separator: "/").first { $0.count == 64 })
        let rehearsal = try await account.succeeding(
            ["run", "--rehearse", "--keep-local", "-q", "train", "--image", EngineFixture.imageName, "-E", "true"]
                + code)
        #expect((rehearsal.output + rehearsal.errors).contains(digest), "\(rehearsal)")
    }

    /// The agent dies after this number of writes to the bucket: of the use, the files, the marker and the last name.
    @Test(arguments: [0, 1, 3, 5, 6])
    func `after a crash during the upload the next agent continues it`(_ writes: Int) async throws {
        let account = try await Self.account()
        let id = try await account.succeeding(
            ["submit"] + Self.options + ["--code", account.folder.file("code")]
        ).word
        let gate = Gate()
        account.stub.script(
            "s3", "PutObject", Array(repeating: .proceed, count: writes) + Array(repeating: .waiting(gate), count: 20))
        let agent = try account.start(["agent", "--drain"])
        #expect(await eventually { account.stub.calls("s3", "PutObject").count > writes })
        try await agent.signal(SIGKILL)
        _ = try await agent.end()
        gate.open()
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: id).state == "succeeded")
        #expect(account.stub.sagemaker.jobs.count == 1)
        let prefix = try Self.prefix(account, id)
        let keys = account.stub.s3.keys(bucket: Self.bucket)
        #expect(
            keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
                == [".launch-files", ".launch-start", "lib/model.py", "train.py"])
        #expect(
            account.stub.s3.content(bucket: Self.bucket, key: "\(prefix)train.py") == Array("print('one')\n".utf8))
        #expect(keys.contains(prefix.replacing("/files/", with: "/complete.json")))
    }
}
