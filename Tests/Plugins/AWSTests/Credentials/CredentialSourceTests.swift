import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Each source from end to end, for three hours in which its credentials expire more than once.
struct CredentialSourceTests {
    private let bench: CredentialBench

    init() throws {
        bench = try CredentialBench()
    }

    private static let staticKeys = "aws_access_key_id = AKIASTATIC\naws_secret_access_key = planted-static\n"

    @Test func `keys in environment variables are used`() async throws {
        let environment = try bench.environment([
            "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "planted-env",
            "AWS_SESSION_TOKEN": "planted-session",
        ])
        try await bench.works(environment, by: "environment variables", renewing: false)
        #expect(bench.cloud.snapshot.headers.first?["x-amz-security-token"] == "planted-session")
    }

    @Test(arguments: [true, false]) func `keys of a profile are used from both files`(inCredentialsFile: Bool)
        async throws
    {
        if inCredentialsFile {
            try bench.keys("[train]\n\(Self.staticKeys)")
        } else {
            try bench.config("[profile train]\n\(Self.staticKeys)")
        }
        let environment = try bench.environment(["AWS_PROFILE": "train"])
        let file = bench.home.file(inCredentialsFile ? ".aws/credentials" : ".aws/config")
        try await bench.works(environment, by: "profile train (keys in \(file))", renewing: false)
    }

    @Test
    func `a configured profile precedes variables`() async throws {
        try bench.keys("[train]\n\(Self.staticKeys)")
        let environment = try bench.environment(
            ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "planted-env"],
            .init(region: "us-east-1", profile: "train"))
        try await bench.works(environment, by: "profile train", renewing: false)
        #expect(bench.cloud.snapshot.headers.first?["authorization"]?.contains("AKIASTATIC") == true)
    }

    @Test func `the role of a profile is assumed with its settings`() async throws {
        try bench.keys("[base]\n\(Self.staticKeys)")
        try bench.config(
            """
            [profile train]
            role_arn = arn:aws:iam::123456789012:role/trainer
            source_profile = base
            external_id = outside-7
            role_session_name = agent
            duration_seconds = 3600
            """)
        try await bench.works(try bench.environment(["AWS_PROFILE": "train"]), by: "profile train (role")
        let form = try #require(bench.cloud.snapshot.forms.first { $0["Action"] == "AssumeRole" })
        #expect(form["RoleArn"] == "arn:aws:iam::123456789012:role/trainer")
        #expect(form["ExternalId"] == "outside-7")
        #expect(form["RoleSessionName"] == "agent")
        #expect(form["DurationSeconds"] == "3600")
    }

    @Test func `a chain of roles is assumed in order`() async throws {
        try bench.keys("[base]\n\(Self.staticKeys)")
        try bench.config(
            """
            [profile first]
            role_arn = arn:aws:iam::123456789012:role/first
            source_profile = base
            [profile second]
            role_arn = arn:aws:iam::210987654321:role/second
            source_profile = first
            """)
        try await bench.works(try bench.environment(["AWS_PROFILE": "second"]), by: "profile second (role")
        let roles = bench.cloud.snapshot.forms.compactMap { $0["RoleArn"] }
        #expect(roles.prefix(2) == ["arn:aws:iam::123456789012:role/first", "arn:aws:iam::210987654321:role/second"])
    }

    @Test
    func `a profile may be its own source profile`() async throws {
        try bench.config(
            """
            [profile self]
            role_arn = arn:aws:iam::123456789012:role/first
            source_profile = self
            \(Self.staticKeys)
            """)
        try await bench.works(try bench.environment(["AWS_PROFILE": "self"]), by: "profile self (role")
    }

    @Test(arguments: ["Environment", "EcsContainer", "Ec2InstanceMetadata"])
    func `each credential_source provides the keys for a role`(_ word: String) async throws {
        try bench.config(
            "[profile train]\nrole_arn = arn:aws:iam::123456789012:role/trainer\ncredential_source = \(word)\n")
        let variables =
            switch word {
            // AWS_PROFILE does not precede keys in variables; a configured profile does.
            case "Environment": ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "planted-env"]
            case "EcsContainer": ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container"]
            default: ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": bench.cloud.url]
            }
        let environment = try bench.environment(variables, .init(region: "us-east-1", profile: "train"))
        try await bench.works(environment, by: "profile train (role")
    }

    @Test func `a web identity of the variables is used and renewed`() async throws {
        let token = try bench.home.write("token", "planted-jwt-0\n")
        let environment = try bench.environment([
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token,
        ])
        var turn = 0
        try await bench.works(environment, by: "web identity") {
            // The program that renews the file sometimes writes a new token.
            try bench.home.write("token", "planted-jwt-\(turn / 6)\n")
            turn += 1
        }
        let calls = bench.cloud.snapshot.forms.filter { $0["Action"] == "AssumeRoleWithWebIdentity" }
        #expect(Set(calls.compactMap { $0["WebIdentityToken"] }).count >= 3, "the file must be read again each time")
        let index = try #require(bench.cloud.snapshot.paths.firstIndex(of: "AssumeRoleWithWebIdentity"))
        #expect(bench.cloud.snapshot.headers[index]["authorization"] == nil, "the call is not signed")
    }

    @Test func `a web identity of a profile is used`() async throws {
        let token = try bench.home.write("token", "planted-jwt")
        try bench.config(
            """
            [profile web]
            role_arn = arn:aws:iam::123456789012:role/irsa
            web_identity_token_file = \(token)
            role_session_name = mine
            """)
        try await bench.works(try bench.environment(["AWS_PROFILE": "web"]), by: "web identity (")
        #expect(bench.cloud.snapshot.forms.first?["RoleSessionName"] == "mine")
    }

    @Test func `a container endpoint is called with the token of its file`() async throws {
        let token = try bench.home.write("pod-token", "planted-pod-0")
        let environment = try bench.environment([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "planted-not-this",
        ])
        var turn = 0
        try await bench.works(environment, by: "container endpoint") {
            try bench.home.write("pod-token", "planted-pod-\(turn / 6)")
            turn += 1
        }
        let tokens = zip(bench.cloud.snapshot.paths, bench.cloud.snapshot.headers).filter { $0.0 == "/container" }
            .compactMap { $0.1["authorization"] }
        #expect(Set(tokens).count >= 3)
        #expect(tokens.allSatisfy { $0.hasPrefix("planted-pod-") })
    }

    @Test
    func `the container endpoint is called again after a temporary failure`() async throws {
        bench.cloud.change { $0.instead["/container"] = [.text("busy", status: 503), .text("", status: 200)] }
        let environment = try bench.environment([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "planted-token",
        ])
        _ = try await environment.verify()
        #expect(bench.cloud.snapshot.paths.filter { $0 == "/container" }.count == 3)
    }

    @Test func `credentials of instance metadata are used and renewed`() async throws {
        let environment = try bench.environment([
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": bench.cloud.url + "/",
        ])
        var turn = 0
        try await bench.works(environment, by: "instance metadata") {
            bench.cloud.change { $0.metadataToken = "planted-metadata-\(turn)" }
            turn += 1
        }
        let puts = zip(bench.cloud.snapshot.paths, bench.cloud.snapshot.headers).filter { $0.0 == "/latest/api/token" }
        #expect(puts.allSatisfy { $0.1["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" })
    }

    @Test func `the region instance means the region of the machine`() async throws {
        let environment = try bench.environment(
            ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": bench.cloud.url],
            .init(region: "instance"))
        #expect(environment.knownRegion == nil)
        #expect(try await environment.verify().region == "eu-west-1")
        #expect(environment.knownRegion == "eu-west-1")
    }

    @Test func `the output of credential_process is used`() async throws {
        let path = bench.home.file("key file.json")
        func write() throws {
            let keys = bench.cloud.issue(token: "SessionToken").merging(["Version": 1]) { $1 }
            try JSONSerialization.data(withJSONObject: keys).write(to: URL(fileURLWithPath: path))
        }
        try bench.config("[profile tool]\ncredential_process = cat \"\(path)\"\n")
        try await bench.works(try bench.environment(["AWS_PROFILE": "tool"]), by: "credential_process", before: write)
    }

    @Test
    func `the found credentials assume a configured role`() async throws {
        let environment = try bench.environment(
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container"],
            .init(
                region: "us-east-1", roleARN: "arn:aws:iam::210987654321:role/launch", externalID: "team-42"))
        try await bench.works(environment, by: "role arn:aws:iam::210987654321:role/launch")
        let form = try #require(bench.cloud.snapshot.forms.first { $0["Action"] == "AssumeRole" })
        #expect(form["ExternalId"] == "team-42")
        #expect(form["RoleSessionName"]?.hasPrefix("launch-") == true)
    }
}
