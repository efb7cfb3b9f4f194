import Foundation
import TestSupport
import Testing

@testable import LaunchContainerEngine

/// The logins that `docker login` and `podman login` have stored, and the credential helpers in their files.
@Suite("The user's logins of docker and podman", .timeLimit(.minutes(30))) struct DockerLoginsTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        for name in ["docker", "bin", "run/containers"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: true)
        }
    }

    private var variables: [String: String] {
        ["DOCKER_CONFIG": folder.file("docker"), "PATH": "\(folder.file("bin")):/usr/bin:/bin"]
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
    }

    private func helper(_ name: String, _ script: String) throws {
        try write("bin/docker-credential-\(name)", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.file("bin/docker-credential-\(name)"))
    }

    /// The login as `user:password server`.
    private func login(_ host: String?, _ more: [String: String] = [:]) async throws -> String? {
        let logins = DockerLogins(variables: variables.merging(more) { $1 })
        guard let found = try await logins.login(to: host) else { return nil }
        return "\(found.username):\(found.revealPassword() ?? "token \(found.identityToken ?? "")") \(found.server)"
    }

    private static func auth(_ text: String) -> String { "{\"auth\": \"\(Data(text.utf8).base64EncodedString())\"}" }

    @Test func `entries of config.json are found by host, as a URL or plain`() async throws {
        try write(
            "docker/config.json",
            """
            {"auths": {"https://index.docker.io/v1/": \(Self.auth("hub:p:w")), "r.example.com": \(Self.auth("r:x")),
              "https://old.example.com:5000/v2/": \(Self.auth("o:y\u{0}\u{0}")), "empty.example.com": {},
              "plain.example.com": {"username": "p", "password": "q:r"}, "both.example.com": {"username": "no",
                "password": "no", "auth": "\(Data("b:z".utf8).base64EncodedString())"},
              "half.example.com": {"username": "p"}, "bad.example.com": {"auth": "%%%"}, "nouser.example.com": \(Self.auth(":x")),
              "token.example.com": {"auth": "\(Data("u:".utf8).base64EncodedString())", "identitytoken": "abc"}}}
            """)
        #expect(try await login(nil) == "hub:p:w https://index.docker.io/v1/")
        #expect(try await login("docker.io") == "hub:p:w https://index.docker.io/v1/")
        #expect(try await login("r.example.com") == "r:x r.example.com")
        #expect(try await login("old.example.com:5000") == "o:y old.example.com:5000")
        #expect(try await login("token.example.com") == "u:token abc token.example.com")
        #expect(try await login("plain.example.com") == "p:q:r plain.example.com")
        #expect(try await login("both.example.com") == "b:z both.example.com")
        for host in [
            "half.example.com", "example.com", "r.example.com:5000", "empty.example.com", "bad.example.com",
            "nouser.example.com",
        ] {
            #expect(try await login(host) == nil, "\(host)")
        }
    }

    @Test func `the host's helper comes first, then the store, then the file`() async throws {
        try helper(
            "store",
            "read server; case $server in *hub*|*index*) echo '{\"Username\":\"s\",\"Secret\":\"1\"}';; "
                + "*) echo 'credentials not found in native keychain'; exit 1;; esac")
        try helper("own", "read server; echo \"{\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"2\\\"}\"")
        try helper("token", "echo '{\"Username\":\"<token>\",\"Secret\":\"3\"}'")
        try write(
            "docker/config.json",
            """
            {"credsStore": "store", "credHelpers": {"own.example.com": "own", "https://token.example.com": "token"},
             "auths": {"file.example.com": \(Self.auth("f:4"))}}
            """)
        #expect(try await login(nil) == "s:1 https://index.docker.io/v1/")
        #expect(try await login("own.example.com") == "own.example.com:2 own.example.com")
        #expect(try await login("token.example.com") == ":token 3 token.example.com")
        #expect(try await login("file.example.com") == "f:4 file.example.com")
        #expect(try await login("none.example.com") == nil)
    }

    @Test func `podman's files come after docker's`() async throws {
        try write("docker/config.json", "{\"auths\": {\"a\": \(Self.auth("docker:1"))}}")
        try write(
            "run/containers/auth.json",
            "{\"auths\": {\"a\": \(Self.auth("podman:1")), \"docker.io\": \(Self.auth("podman:2"))}}")
        let more = ["XDG_RUNTIME_DIR": folder.file("run")]
        #expect(try await login("a", more) == "docker:1 a")
        #expect(try await login(nil, more) == "podman:2 https://index.docker.io/v1/")
    }

    @Test func `missing files, empty files and pipes give no login`() async throws {
        #expect(try await login("a") == nil)
        #expect(try await DockerLogins(variables: [:]).login(to: "a") == nil)
        try write("docker/config.json", "")
        #expect(try await login("a") == nil)
        try FileManager.default.removeItem(atPath: folder.file("docker/config.json"))
        try #require(mkfifo(folder.file("docker/config.json"), 0o600) == 0)
        #expect(try await login("a") == nil)
    }

    @Test(arguments: [
        ("{\"auths\":", "is not valid JSON"), ("{", "is not valid JSON"), ("hunter2", "is not valid JSON"),
        ("[]", "is not a JSON object"), ("{\"auths\": []}", "the value of 'auths' has the wrong type"),
        (String(repeating: "[", count: 100_000), " is not used: "),
        (String(repeating: " ", count: 2 << 20), "larger than 1 MiB"),
    ])
    func `an invalid file is named, unless another file has the login`(_ text: String, _ words: String) async throws {
        try write("docker/config.json", text)
        let error = await #expect(throws: EngineError.self) { _ = try await login("a") }
        #expect(error?.message.contains(folder.file("docker/config.json")) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("hunter2") == false)
        try write("run/containers/auth.json", "{\"auths\": {\"a\": \(Self.auth("podman:1"))}}")
        #expect(try await login("a", ["XDG_RUNTIME_DIR": folder.file("run")]) == "podman:1 a")
    }

    @Test func `a slow helper is reported while it runs`() async throws {
        // The helper ends when its name has been reported.
        try helper(
            "slow", "read server; cat '\(folder.file("gate"))' >/dev/null; echo '{\"Username\":\"u\",\"Secret\":\"x\"}'"
        )
        try #require(mkfifo(folder.file("gate"), 0o600) == 0)
        try write("docker/config.json", "{\"credsStore\": \"slow\"}")
        let logins = DockerLogins(variables: variables, limit: .seconds(300), patience: .milliseconds(1))
        let gate = folder.file("gate")
        let found = try await logins.login(to: "a") { program in
            try? Data(program.utf8).write(to: URL(fileURLWithPath: gate), options: [])
        }
        #expect(found?.username == "u")
    }

    @Test(arguments: [
        ("missing", "", "is not on the PATH"), ("../../bin/sh", "", "which is not a valid name"),
        ("fails", "exit 3", "ended with"),
        ("odd", "echo hunter2", "its output is not a login"), ("slow", "exec sleep 1000", "within"),
    ])
    func `a failing helper is an error that does not contain its output`(
        _ name: String, _ script: String, _ words: String
    ) async throws {
        if !script.isEmpty { try helper(name, script) }
        try write("docker/config.json", "{\"credsStore\": \"\(name)\"}")
        let logins = DockerLogins(variables: variables, limit: .seconds(name == "slow" ? 1 : 60), patience: .seconds(3))
        let error = await #expect(throws: EngineError.self) { _ = try await logins.login(to: "a") }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `a helper gets no secret variables of this process`() async throws {
        try helper(
            "env",
            "read server; n=$(env | grep -c SECRET); echo \"{\\\"Username\\\":\\\"n$n\\\",\\\"Secret\\\":\\\"x\\\"}\"")
        try write("docker/config.json", "{\"credsStore\": \"env\"}")
        setenv("LAUNCH_TEST_SECRET", "x", 1)
        defer { unsetenv("LAUNCH_TEST_SECRET") }
        #expect(try await login("a") == "n0:x a")
    }
}
