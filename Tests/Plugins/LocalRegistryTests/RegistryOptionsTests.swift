import Foundation
import LaunchHost
import Synchronization
import TestSupport
import Testing

@testable import LaunchLocalDocker

struct RegistryOptionsTests {
    private func registry(
        _ options: [String: JSONValue], variables: [String: String] = [:], log: Logger = .silent
    ) throws -> any Registry {
        try LocalRegistry.plugin.make(Options(options), PluginContext(variables: variables, log: log))
    }

    private func refusal(_ options: [String: JSONValue], variables: [String: String] = [:]) -> BackendError? {
        let error = #expect(throws: BackendError.self) { _ = try registry(options, variables: variables) }
        #expect(error?.category == .invalid)
        return error
    }

    @Test(
        arguments: [
            ("https://registry.example.com/team", "https://"), ("http://localhost:5000", "insecure"),
            ("registry.example.com/team:v1", "registry.example.com/team"),
            ("localhost:5000/team/", "localhost:5000/team/"),
            ("team/images", "docker.io/team/images"), ("localhost:port", "port"),
            ("registry.example.com/Team", "capital"),
            ("localhost:5000/a@sha256:\(String(repeating: "0", count: 64))", "digest"),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com/train", "type: ecr"),
            ("arn:aws:ecr:us-east-1:123456789012:repository/train", "type: ecr"),
            ("arn:aws:s3:::bucket", "is an ARN and not the address of a registry"), ("", "''"), ("/x", "host"),
            ("[::1/x", "[::1"),
        ])
    func `a malformed URI is refused with a hint`(uri: String, words: String) {
        let error = refusal(["uri": .string(uri)])
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.message.contains("'\(uri)'") == true)
    }

    @Test func `options that cannot be combined are refused`() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("password", "x\n")
        let uri = JSONValue.string("localhost:5000")
        #expect(refusal(["username": .string("u")])?.message.contains("without 'uri'") == true)
        #expect(refusal(["uri": uri, "username": .string("u")])?.hint?.contains("password_file") == true)
        #expect(refusal(["uri": uri, "password_file": .string(file)])?.message.contains("no 'username'") == true)
        #expect(
            refusal([
                "uri": uri, "username": .string("u"), "password_file": .string(file), "password_env": .string("P"),
            ])?.message.contains("both") == true)
        #expect(
            refusal(["uri": uri, "username": .string("u"), "password_env": .string("P")])?.message.contains(
                "which is not set") == true)
        #expect(refusal(["uri": uri, "username": .string("a:b"), "password_file": .string(file)]) != nil)
        #expect(refusal(["uri": uri, "ca_file": .string("/no/such.pem")])?.message.contains("/no/such.pem") == true)
        #expect(refusal(["uri": uri, "ca_file": .string(file), "insecure": .bool(true)]) != nil)
    }

    @Test func `a destination with a host selects the registry`() throws {
        func uri(_ text: String) throws -> JSONValue? {
            LocalRegistry.plugin.optionsForDestination(try ImageReference(parsing: text))?["uri"]
        }
        #expect(try uri("registry.example.com:5000/team/train") == .string("registry.example.com:5000"))
        #expect(try uri("docker.io/me/train") == .string("docker.io"))
        #expect(try uri("team/train") == nil)
        #expect(try uri("123456789012.dkr.ecr.us-east-1.amazonaws.com/train") == nil)
    }

    @Test func `destinations with and without a path and a repository`() throws {
        let key = ContentKey(hex: String(repeating: "ab", count: 32))
        func destination(_ uri: String?, _ repository: String?) throws -> String {
            try registry(uri.map { ["uri": .string($0)] } ?? [:]).destination(for: key, repository: repository).name
        }
        #expect(try destination(nil, "launch-x") == "launch-x")
        #expect(try destination(nil, nil) == "launch")
        #expect(try destination("localhost:5000", "launch-x") == "localhost:5000/launch-x")
        #expect(try destination("localhost:5000", nil) == "localhost:5000/launch")
        #expect(try destination("localhost:5000/team", "launch-x") == "localhost:5000/team/launch-x")
        #expect(try destination("localhost:5000/team/train", nil) == "localhost:5000/team/train")
        #expect(try destination("[::1]:5000/team", "a/b") == "[::1]:5000/team/a/b")
        #expect(try destination("localhost:5000/team", "localhost:5000/other/x") == "localhost:5000/other/x")
        #expect(try destination("docker.io/me", "x") == "docker.io/me/x")
        for wrong in ["registry.example.com/x", "x:v1", "Upper", ""] {
            let error = #expect(throws: BackendError.self) { _ = try destination("localhost:5000", wrong) }
            #expect(error?.category == .invalid)
        }
    }

    @Test func `a password is read from a file's first line or a variable, again for each login`() async throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("password", "first secret\nsecond line\n")
        let options: [String: JSONValue] = [
            "uri": .string("localhost:5000"), "username": .string("u"), "password_file": .string(file),
        ]
        let byFile = try registry(options)
        #expect(try await password(byFile) == "first secret")
        try folder.write("password", "renewed\r\n")
        #expect(try await password(byFile) == "renewed")
        try folder.write("password", "\nlater\n")
        let error = await #expect(throws: BackendError.self) { _ = try await password(byFile) }
        #expect(error?.message.contains(file) == true)
        let byVariable = try registry(
            ["uri": .string("localhost:5000"), "username": .string("u"), "password_env": .string("P")],
            variables: ["P": "0f-a-v4riabl3"])
        #expect(try await password(byVariable) == "0f-a-v4riabl3")
    }

    @Test func `a password file that cannot be used is refused at once`() throws {
        let folder = try TemporaryDirectory()
        func refused(_ file: String) -> String? {
            refusal(["uri": .string("localhost:5000"), "username": .string("u"), "password_file": .string(file)])?
                .message
        }
        #expect(refused(folder.file("none"))?.hasSuffix("cannot be read: the file does not exist.") == true)
        #expect(refused(folder.path)?.contains("this is a folder") == true)
        #expect(refused(try folder.write("empty", ""))?.contains("has no password") == true)
        #expect(refused(try folder.write("blank", "\nlater\n"))?.contains("has no password") == true)
        let binary = folder.file("binary")
        try Data([0xff, 0xfe, 0x00]).write(to: URL(filePath: binary))
        #expect(refused(binary)?.contains("not UTF-8 text") == true)
        let large = try folder.write("large", String(repeating: "x", count: 70_000))
        #expect(refused(large)?.contains("64 KiB") == true)
        // A pipe gives its password once: to the first login.
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        _ = try registry(["uri": .string("localhost:5000"), "username": .string("u"), "password_file": .string(pipe)])
    }

    @Test(arguments: [(0o600, 0), (0o640, 1), (0o604, 1)])
    func `a password file that others can read causes a warning`(mode: Int, warnings: Int) throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("password", "hush\n")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        let said = Mutex<[String]>([])
        let log = Logger { record in said.withLock { $0.append(record.message) } }
        _ = try registry(
            ["uri": .string("localhost:5000"), "username": .string("u"), "password_file": .string(file)], log: log)
        #expect(said.withLock { $0.count } == warnings)
    }

    private func password(_ registry: any Registry) async throws -> String? {
        guard case .remote(_, let login) = try await registry.access() else { return nil }
        return login?.password.reveal()
    }
}
