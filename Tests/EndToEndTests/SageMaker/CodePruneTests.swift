import AWSStub
import Foundation
import TestSupport
import Testing

/// `launch code list` and `launch code prune`, with code in the stub's bucket.
@Suite("Uploaded code is listed and removed", .timeLimit(.minutes(30)))
struct CodePruneTests {
    private static let bucket = "bucket"
    private static let day: TimeInterval = 86_400
    private static let options = ["-q", "train", "--image", Account.image, "-E", "python3 train.py"]
    private static let prune = ["code", "prune", "--older-than", "30d"]

    private struct Version: Decodable {
        var code: String
        var place: String
        var state: String
        var files: Int
        var bytes: Int
        var lastUse: String?
        var runs: [String]
    }

    private struct Pruned: Decodable {
        var removed: [Version]
        var kept: [Version]
        var files: Int
        var dryRun: Bool
    }

    private static func account() async throws -> Account {
        let account = try Account()
        account.stub.s3.add(bucket: bucket)
        try await account.queue(Guide.queueYAML)
        try account.folder.write("code/train.py", "print('one')\n")
        return account
    }

    private static func submit(_ account: Account) async throws -> String {
        try await account.succeeding(["submit"] + options + ["--code", account.folder.file("code")]).word
    }

    private static func list(_ account: Account, _ options: String...) async throws -> [Version] {
        let answer = try await account.succeeding(["code", "list", "--json"] + options)
        return try JSONDecoder().decode([Version].self, from: Data(answer.output.utf8))
    }

    private static func pruned(_ account: Account, _ options: String...) async throws -> Pruned {
        let answer = try await account.succeeding(prune + ["--json"] + options)
        return try JSONDecoder().decode(Pruned.self, from: Data(answer.output.utf8))
    }

    /// The keys of versions: all but those that name the last version of a folder.
    private static func keys(_ account: Account) -> [String] {
        account.stub.s3.keys(bucket: bucket).filter { !$0.contains("/last/") && $0.hasPrefix("output/code/") }
    }

    @Test func `a version stays while a run of the store uses it, and goes when it is old`() async throws {
        let account = try await Self.account()
        let empty = try await account.succeeding("code", "list")
        #expect(empty.output.isEmpty && empty.errors.contains("no code below s3://bucket/output/code"), "\(empty)")
        _ = try await Self.submit(account)
        try await account.succeeding("agent", "--drain")
        let all = Self.keys(account)
        let version = try #require(try await Self.list(account, "-q", "train").first)
        #expect(version.state == "complete" && version.files == 3 && version.runs.isEmpty, "\(version)")
        #expect(version.place == "s3://bucket/output/code" && version.lastUse != nil, "\(version)")

        // Recent code stays.
        let recent = try await Self.pruned(account)
        #expect(recent.removed.isEmpty && recent.kept.isEmpty && Self.keys(account) == all)

        // A run that waits keeps it, and each list says so.
        account.stub.s3.age(bucket: Self.bucket, by: 40 * Self.day)
        let waiting = try await Self.submit(account)
        let table = try await account.succeeding("code", "list")
        #expect(table.output.contains(version.code.prefix(12)) && table.output.contains(waiting), "\(table)")
        let used = try await Self.pruned(account)
        #expect(used.removed.isEmpty && used.kept.map(\.runs) == [[waiting]] && Self.keys(account) == all)

        // Without the run it goes; --dry-run changes nothing.
        try await account.succeeding("stop", waiting)
        let dry = try await account.succeeding(Self.prune + ["--dry-run"])
        #expect(dry.output.contains(version.code.prefix(12)), "\(dry)")
        #expect(
            dry.errors.contains("1 version of code (3 files, ") && dry.errors.contains("would be removed"), "\(dry)")
        #expect(Self.keys(account) == all)
        let done = try await Self.pruned(account)
        #expect(done.removed.map(\.code) == [version.code] && done.files == 3 && !done.dryRun)
        #expect(Self.keys(account).isEmpty)
        // The marker is the first that goes, before any file.
        let deleted = account.stub.calls("s3", "DeleteObject").map(\.request.path)
        let marker = try #require(deleted.firstIndex { $0.hasSuffix("/complete.json") })
        #expect(deleted[..<marker].allSatisfy { !$0.contains("/files/") }, "\(deleted)")

        // Submitted again, it is uploaded again.
        let again = try await Self.submit(account)
        try await account.succeeding("agent", "--drain")
        #expect(try await account.facts(of: again).state == "succeeded")
        #expect(Self.keys(account).filter { $0.contains("/files/") }.count == 3)
    }

    @Test func `a use of old code keeps it for other stores too`() async throws {
        let account = try await Self.account()
        _ = try await Self.submit(account)
        try await account.succeeding("agent", "--drain")
        account.stub.s3.age(bucket: Self.bucket, by: 40 * Self.day)
        _ = try await Self.submit(account)
        try await account.succeeding("agent", "--drain")
        // Another home sees neither run, only the recorded use.
        let answer = try await account.launch(
            Self.prune + ["--uri", "s3://bucket/output/code/", "--json"],
            setting: ["LAUNCH_HOME": account.folder.file("other")])
        #expect(answer.code == 0 && answer.output.contains("\"removed\" : ["), "\(answer)")
        #expect(!Self.keys(account).filter { $0.hasSuffix("complete.json") }.isEmpty, "\(answer)")
    }

    @Test func `without permission to delete nothing changes, and the message names the place`() async throws {
        let account = try await Self.account()
        _ = try await Self.submit(account)
        try await account.succeeding("agent", "--drain")
        account.stub.s3.age(bucket: Self.bucket, by: 40 * Self.day)
        let all = Self.keys(account)
        account.stub.always("s3", "DeleteObject", .error("AccessDenied", "no", status: 403))
        let denied = try await account.launch(Self.prune)
        #expect(
            denied.code == 77 && denied.errors.contains("below s3://bucket/output/code cannot be removed"), "\(denied)")
        #expect(
            denied.errors.contains("list, read, write and delete objects below s3://bucket/output/code"), "\(denied)")
        #expect(Self.keys(account) == all)
        account.stub.always("s3", "ListObjectsV2", .error("AccessDenied", "no", status: 403))
        let unlisted = try await account.launch("code", "list")
        #expect(unlisted.code == 77 && unlisted.errors.contains("cannot be listed"), "\(unlisted)")
    }

    @Test func `mistakes have a message and a documented exit code`() async throws {
        let account = try await Self.account()
        let cases: [([String], Int32, String)] = [
            (["code", "prune"], 64, "--older-than"),
            (["code", "prune", "--older-than", "1d"], 64, "at least 2d"),
            (["code", "list", "-q", "train", "--uri", "s3://bucket/x"], 64, "cannot be combined"),
            (["code", "list", "--uri", "nowhere"], 64, "SCHEME://BUCKET/PREFIX"),
            (["code", "list", "--uri", "gs://bucket/x"], 78, "no object store for code at gs://bucket/x"),
            (["code", "list", "--uri", "s3://nowhere/x"], 69, "s3://nowhere/x"),
            (["code", "list", "-q", "none"], 69, "none"),
        ]
        for (words, code, text) in cases {
            let answer = try await account.launch(words)
            #expect(answer.code == code && answer.errors.contains(text), "\(words): \(answer)")
        }
        try await account.queue(
            Guide.queueYAML + "code_uri: s3://bucket/${project_name}/code\n", named: "open", file: "open.yaml")
        let open = try await account.launch("code", "list", "-q", "open")
        #expect(
            open.code == 65 && open.errors.contains("s3://bucket/*/code") && open.errors.contains("--uri"), "\(open)")
        let all = try await account.succeeding("code", "list")
        #expect(all.errors.contains("The queue open is left out"), "\(all)")
    }
}
