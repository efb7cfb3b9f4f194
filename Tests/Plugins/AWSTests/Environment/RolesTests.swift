import AWSStub
import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The environment's services for runners that do not know AWS.
@Suite struct RolesTests {
    private let stub: AWSStub
    private let home: TemporaryDirectory

    init() throws {
        stub = try AWSStub()
        home = try TemporaryDirectory()
    }

    private func environment(_ keys: AWSCredentials) throws -> AWSEnvironment {
        var variables = [
            "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
        ]
        variables["AWS_SESSION_TOKEN"] = keys.sessionToken?.reveal()
        let made = try AWSEnvironment.plugin.make(
            Options(["region": .string("us-east-1"), "endpoint_url": .string(stub.url)]),
            PluginContext(variables: variables))
        return try #require(made as? AWSEnvironment)
    }

    private struct Document: Decodable {
        var AccessKeyId: String
        var SecretAccessKey: String
        var Token: String
        var Expiration: String
    }

    private func document(_ credentials: ContainerCredentials) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(credentials.document.reveal().utf8))
    }

    @Test
    func `permanent keys become a session for containers`() async throws {
        let keys = stub.keys.permanent()
        let given = try await environment(keys).containerCredentials(of: nil)
        let document = try document(given)
        #expect(document.AccessKeyId.hasPrefix("ASIA"))
        #expect(document.SecretAccessKey != keys.secretAccessKey.reveal())
        #expect(!document.Token.isEmpty)
        #expect(abs(given.expiresAt.timeIntervalSinceNow - 3600) < 60)
        #expect(stub.calls("sts", "GetSessionToken").first?.request.form["DurationSeconds"] == "3600")
        #expect(!"\(given)".contains(document.Token))
    }

    @Test
    func `a session is passed to containers unchanged`() async throws {
        let keys = stub.keys.session()
        let document = try document(try await environment(keys).containerCredentials(of: nil))
        #expect(document.AccessKeyId == keys.accessKeyID)
        #expect(document.Token == keys.sessionToken?.reveal())
        #expect(stub.calls("sts", "GetSessionToken").isEmpty)
    }

    @Test func `a role is assumed under its session policy once an hour`() async throws {
        let environment = try environment(stub.keys.session())
        let role = AssumedRole(
            name: "arn:aws:iam::123456789012:role/rehearsal", sessionPolicy: "{\"Statement\":[]}", session: "launch-r1")
        let first = try document(try await environment.containerCredentials(of: role))
        let second = try document(try await environment.containerCredentials(of: role))
        let own = try await environment.credentials.credentials()
        #expect(first.AccessKeyId == second.AccessKeyId && first.AccessKeyId != own.accessKeyID)
        let calls = stub.calls("sts", "AssumeRole")
        #expect(calls.count == 1)
        let form = try #require(calls.first?.request.form)
        #expect(form["RoleArn"] == role.name && form["RoleSessionName"] == "launch-r1")
        #expect(form["Policy"] == role.sessionPolicy)
        #expect(stub.calls("sts", "GetSessionToken").isEmpty)
    }

    @Test(arguments: ["", "rehearsal", "arn:aws:s3:::bucket", "arn:aws:iam::1:role/x"])
    func `a name that is not a role's ARN is not assumed`(name: String) async throws {
        let environment = try environment(stub.keys.session())
        let error = await #expect(throws: BackendError.self) {
            _ = try await environment.containerCredentials(of: AssumedRole(name: name, session: "s"))
        }
        #expect(error?.message.contains("is not the ARN of a role") == true)
        #expect(stub.calls("sts", "AssumeRole").isEmpty)
    }

    @Test func `objects are listed, read and written by URI`() async throws {
        stub.s3.add(bucket: "data")
        for number in 0..<3 { stub.s3.add([UInt8(number)], bucket: "data", key: "in/a b+\(number)%41") }
        stub.s3.add([9], bucket: "data", key: "inx")
        let store = try await environment(stub.keys.permanent()).objectStore()
        let all = try await store.all("s3://data/in")
        #expect(all.map(\.uri) == (0..<3).map { "s3://data/in/a b+\($0)%41" } + ["s3://data/inx"])
        #expect(try await store.all("s3://data/in/").count == 3)
        #expect(try await store.object("s3://data/nothing") == nil)
        let got = try await store.download(all[1].uri, to: home.file("got"), progress: nil)
        #expect(got == all[1])
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.file("got"))) == Data([1]))
        try await store.upload(home.file("got"), to: "s3://data/out/new", progress: nil)
        #expect(stub.s3.content(bucket: "data", key: "out/new") == [1])
        try await store.delete("s3://data/out/new")
        try await store.delete("s3://data/out/new")
        #expect(stub.s3.content(bucket: "data", key: "out/new") == nil)
    }

    @Test(arguments: ["https://data/x", "s3://", "s3:///x", "s3://data"])
    func `a URI that does not name an object is refused`(uri: String) async throws {
        let store = try await environment(stub.keys.permanent()).objectStore()
        await #expect(throws: BackendError.self) { try await store.delete(uri) }
    }
}
