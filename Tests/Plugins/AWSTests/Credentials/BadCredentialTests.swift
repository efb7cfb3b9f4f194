import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Mistakes of users: one message each, with file and line for an error in a file, and without secrets.
struct BadCredentialTests {
    private let bench: CredentialBench

    init() throws {
        bench = try CredentialBench()
    }

    private static let role = "role_arn = arn:aws:iam::123456789012:role/x\n"

    @Test
    func `without credentials, the error lists all sources`() async throws {
        let error = try await bench.failure()
        #expect(LaunchError(error.backendError).kind == .denied)
        for source in [
            "environment variables", "assumed role", "web identity", "SSO", "credentials file", "credential_process",
            "container endpoint", "instance metadata (AWS_EC2_METADATA_DISABLED is true)",
        ] {
            #expect(error.message.contains(source), "\(source)")
        }
    }

    @Test
    func `unreachable instance metadata means no credentials`() async throws {
        let port = try #require(freePort())
        let error = try await bench.failure([
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(port)",
        ])
        #expect(LaunchError(error.backendError).kind == .denied)
        #expect(error.message.contains("instance metadata (The instance metadata service at"))
    }

    @Test func `half a key pair in variables is an error`() async throws {
        let error = try await bench.failure(["AWS_ACCESS_KEY_ID": "planted-half"])
        #expect(LaunchError(error.backendError).kind == .configuration)
        #expect(error.message.contains("AWS_SECRET_ACCESS_KEY is not"))
    }

    @Test
    func `a secret key alone is ignored, and the error mentions it`() async throws {
        try bench.home.write(".aws/credentials", "[default]\naws_secret_access_key = planted-half\n")
        let error = try await bench.failure(["AWS_SECRET_ACCESS_KEY": "planted-half"])
        #expect(error.message.contains("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID"))
        #expect(!error.description.contains("planted-half"))
    }

    @Test(arguments: ["soon", "2026-13-01T00:00:00Z", "2026"])
    func `a malformed expiration time in variables is an error`(_ text: String) async throws {
        let error = try await bench.failure([
            "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": text,
        ])
        #expect(error.kind == .configuration && error.message.contains("AWS_CREDENTIAL_EXPIRATION is not a time"))
    }

    @Test func `half a key pair in a file is an error with its line`() async throws {
        let given = "aws_access_key_id"
        let file = try bench.home.write(".aws/credentials", "[default]\n# note\n\(given) = planted-half\n")
        let error = try await bench.failure()
        #expect(error.message.hasPrefix("\(file):3: Half a key pair"))
    }

    @Test func `a profile that does not exist is an error with a suggestion`() async throws {
        try bench.config("[profile training]\nregion = x\n")
        let error = try await bench.failure([:], .init(region: "us-east-1", profile: "trainig"))
        #expect(error.kind == .configuration)
        #expect(error.message.contains("'profile' of the environment in launch-config.yaml"))
        #expect(error.message.contains("did you mean 'training'?"))
    }

    @Test(arguments: [
        ("[profile a]\n\(role)source_profile = a\n", 3, "a -> a"),
        (
            "[profile a]\n\(role)source_profile = b\n[profile b]\n\(role)source_profile = c\n[profile c]\n\(role)"
                + "source_profile = a\n", 9, "a -> b -> c -> a"
        ),
        (
            "[profile a]\n\(role)source_profile = b\n[profile b]\n\(role)source_profile = c\n[profile c]\n\(role)"
                + "source_profile = b\n", 9, "a -> b -> c -> b"
        ),
        ("[profile a]\n\(role)source_profile = bse\n[profile base]\n", 3, "did you mean 'base'?"),
        ("[profile a]\n\(role)source_profile = b\n[profile b]\nregion = x\n", 3, "b has no credentials"),
        ("[profile a]\n\(role)", 2, "neither source_profile nor credential_source"),
        ("[profile a]\n\(role)source_profile = b\ncredential_source = Environment\n", 4, "both source_profile and"),
        (
            "[profile a]\n\(role)credential_source = Ec2\n", 3,
            "must be Environment, EcsContainer or Ec2InstanceMetadata"
        ),
        ("[profile a]\n\(role)credential_source = EcsContainer\n", 3, "is set"),
        ("[profile a]\n\(role)credential_source = Ec2InstanceMetadata\n", 3, "AWS_EC2_METADATA_DISABLED is true"),
        ("[profile a]\n\(role)credential_source = Environment\n", 3, "AWS_ACCESS_KEY_ID is not set"),
        ("[profile a]\n\(role)source_profile = b\nmfa_serial = arn:aws:iam::1:mfa/me\n", 4, "an agent cannot type"),
        ("[profile a]\n\(role)source_profile = b\nduration_seconds = 1h\n", 4, "from 900 to 43200"),
        ("[profile a]\n\(role)source_profile = b\nduration_seconds = 60\n", 4, "from 900 to 43200"),
        ("[profile a]\nrole_arn = trainer\nsource_profile = b\n", 2, "not the ARN of a role"),
        ("[profile a]\nweb_identity_token_file = /x\n", 2, "no role is set"),
        ("[profile a]\nrole_arn = r\nweb_identity_token_file = /no/such/file\n", 3, "does not exist"),
        ("[profile a]\ncredential_process = \"open\n", 2, "open quote"),
        ("[profile a]\ncredential_process = /no/such/program\n", 2, "cannot be run"),
        ("[profile a]\ncredential_process = echo planted\n", 2, "did not print a JSON object"),
        ("[profile a]\ncredential_process = echo {}\n", 2, "Version in its answer is missing"),
        ("[profile a]\ncredential_process = echo '{\"Version\": 2}'\n", 2, "Version in its answer is 2"),
        (
            "[profile a]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"planted\"}'\n", 2,
            "SecretAccessKey is missing"
        ),
    ])
    func `an unusable profile is an error with its line`(_ text: String, _ line: Int, _ words: String) async throws {
        let file = try bench.home.write(".aws/config", text)
        let error = try await bench.failure(["AWS_PROFILE": "a"])
        #expect(error.kind == .configuration)
        #expect(LaunchError(error.backendError).kind == .configuration)
        #expect(error.message.hasPrefix("\(file):\(line): "), "\(error)")
        #expect(error.message.contains(words), "\(error)")
    }

    @Test
    func `the error of a failed process quotes its last line of standard error`() async throws {
        let script = try bench.home.write(
            "tool",
            "#!/bin/sh\necho planted-on-stdout\necho first >&2\necho 'the vault is locked' >&2\necho >&2\nexit 4\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
        let file = try bench.home.write(
            ".aws/config", "[default]\ncredential_process = \(script) --token planted-argument\n")
        let error = try await bench.failure()
        #expect(error.kind == .unauthenticated)
        #expect(error.message == "\(file):2: The credential_process ended with code 4: the vault is locked")
    }

    @Test func `a credential process that hangs is ended`() async throws {
        let section = ConfigSection(name: "a", file: "f", line: 1)
        let source = ProcessSource(
            section: section, command: ConfigValue("sleep 300", file: "f", line: 2), timeout: .milliseconds(50))
        let error = await #expect(throws: AWSError.self) { _ = try await source.fetch() }
        #expect(error?.message.contains("did not end within") == true)
    }

    @Test(arguments: ["", "two\nlines"]) func `a token file without a token is an error`(_ text: String) async throws {
        let token = try bench.home.write("token", text)
        let error = try await bench.failure(["AWS_ROLE_ARN": "r", "AWS_WEB_IDENTITY_TOKEN_FILE": token])
        #expect(error.kind == .configuration)
        #expect(error.message.contains("The token file \(token)"))
        #expect(error.message.contains("AWS_WEB_IDENTITY_TOKEN_FILE"))
    }

    @Test func `a token file that cannot be read is an error`() async throws {
        // A directory in its place, because root can read files of any mode.
        let error = try await bench.failure([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": bench.home.path,
        ])
        #expect(error.message.contains("\(bench.home.path): The file cannot be read: this is a folder"))
        #expect(bench.cloud.snapshot.paths.isEmpty)
    }

    @Test(arguments: [
        "http://example.com/x", "http://169.254.169.254/x", "http://127.0.0.1.example.com/",
        "http://[fd00:ec2::24]/",
        "ftp://127.0.0.1/", "http://user@127.0.0.1/", "/relative", "http://localhost.example/",
    ])
    func `a URL of another host without TLS is refused`(_ url: String) async throws {
        let error = try await bench.failure(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        #expect(error.kind == .configuration)
        #expect(error.message.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    }

    @Test(arguments: [
        "http://127.0.0.1:1/x", "http://127.8.8.8/", "http://localhost/", "http://[::1]/", "http://169.254.170.2/",
        "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials", "https://example.com/x",
    ])
    func `a URL of this machine or with TLS is accepted`(_ url: String) throws {
        try ContainerSource.check(url)
    }

    @Test(
        arguments: [
            ("/container", TestAnswer.text("{\"message\":\"not yours\"}", status: 403), "status 403: not yours"),
            ("/container", .text("{\"AccessKeyId\":\"planted\"}"), "SecretAccessKey, Token and Expiration are missing"),
            (
                "/container",
                .text(#"{"AccessKeyId":"a","SecretAccessKey":"planted","Token":"planted","Expiration":"soon"}"#),
                "the Expiration is not a time: \"soon\""
            ),
            (
                "/container",
                .text(
                    #"{"AccessKeyId":"a","SecretAccessKey":"planted","Token":"planted","Expiration":"2001-01-01T00:00:00Z"}"#
                ),
                "expired at 2001-01-01T00:00:00Z"
            ),
        ] as [(String, TestAnswer, String)])
    func `a malformed answer of a container endpoint is an error`(_ path: String, _ answer: TestAnswer, _ words: String)
        async throws
    {
        bench.cloud.change { $0.instead[path] = [answer] }
        let error = try await bench.failure(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container"])
        #expect(error.message.contains(words), "\(error)")
    }

    @Test(arguments: [
        (["AWS_METADATA_SERVICE_TIMEOUT": "soon"], "whole number from 1 to 100"),
        (["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"], "whole number from 1 to 100"),
        (["AWS_EC2_METADATA_SERVICE_ENDPOINT": "metadata"], "is not an http URL"),
        (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"], "must be ipv4 or ipv6"),
    ])
    func `an invalid setting of instance metadata is an error`(_ variables: [String: String], _ words: String)
        async throws
    {
        let error = try await bench.failure(variables.merging(["AWS_EC2_METADATA_DISABLED": "no"]) { $1 })
        #expect(error.kind == .configuration)
        #expect(error.message.contains(words), "\(error)")
    }

    @Test
    func `the metadata service has an IPv4 and an IPv6 address`() throws {
        func url(_ variables: [String: String]) throws -> String {
            let config = try SharedConfig(config: "", configFile: "c", credentials: "", credentialsFile: "k")
            let settings = try ProfileSettings(config, variables: AWSVariables(variables))
            return try InstanceMetadata(settings, clock: .system).url
        }
        #expect(try url([:]) == "http://169.254.169.254")
        #expect(try url(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"]) == "http://[fd00:ec2::254]")
    }

    @Test
    func `without version 2 of the metadata service, no request without a token is sent`() async throws {
        bench.cloud.change { $0.instead["/latest/api/token"] = [.text("", status: 403)] }
        let error = try await bench.failure([
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": bench.cloud.url,
        ])
        #expect(error.kind == .unauthenticated)
        #expect(bench.cloud.snapshot.paths == ["/latest/api/token"])
    }

    @Test
    func `a refused role has a hint about its trust policy`() async throws {
        bench.cloud.change {
            $0.instead["AssumeRole"] = [
                .text(
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error>"
                        + "<RequestId>r-1</RequestId></ErrorResponse>", status: 403)
            ]
        }
        let error = try await bench.failure(
            ["AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "planted"],
            .init(region: "us-east-1", roleARN: "arn:aws:iam::210987654321:role/launch"))
        #expect(error.code == "AccessDenied")
        #expect(error.hint?.contains("trust policy of arn:aws:iam::210987654321:role/launch") == true)
        #expect(LaunchError(error.backendError).kind == .denied)
    }
}
