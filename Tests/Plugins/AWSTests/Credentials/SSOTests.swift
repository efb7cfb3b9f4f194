import Foundation
import LaunchCrypto
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct SSOTests {
    private let bench: CredentialBench

    init() throws {
        bench = try CredentialBench()
    }

    private static let session = """
        [profile sso]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = Train er
        [sso-session corp]
        sso_region = us-east-1
        sso_start_url = https://corp.awsapps.example/start
        """

    /// A login in the cache, in the format of `aws sso login`.
    private func login(_ key: String, ends: TimeInterval, _ more: [String: String] = [:]) throws -> String {
        let document = [
            "accessToken": "planted-bearer-0", "expiresAt": AWSDate.text(bench.cloud.time.now.addingTimeInterval(ends)),
        ].merging(more) { $1 }
        let name = ".aws/sso/cache/\(SHA1.hex(key.utf8)).json"
        return try bench.home.write(name, [UInt8](JSONEncoder().encode(document)))
    }

    private func registration(ends: TimeInterval = 90 * 86_400) -> [String: String] {
        [
            "clientId": "planted-client", "clientSecret": "planted-client-secret", "refreshToken": "planted-refresh-0",
            "registrationExpiresAt": AWSDate.text(bench.cloud.time.now.addingTimeInterval(ends)),
        ]
    }

    @Test func `an SSO login is renewed and stored for other tools`() async throws {
        try bench.config(Self.session)
        let file = try login("corp", ends: 3600, registration())
        try await bench.works(try bench.environment(["AWS_PROFILE": "sso"]), by: "profile sso (SSO)")
        #expect(bench.cloud.snapshot.paths.filter { $0 == "/token" }.count >= 2)
        let kept = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        #expect(
            kept["accessToken"] == bench.cloud.snapshot.bearer, "the login file has the new token for AWS's other tools"
        )
        #expect(kept["refreshToken"] == "planted-refresh-1")
        #expect(kept["clientId"] == "planted-client")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.home.file(".aws/sso/cache")).count == 1)
    }

    @Test func `a profile in the old form of SSO is accepted`() async throws {
        try bench.config(
            """
            [profile old]
            sso_region = us-east-1
            sso_start_url = https://old.awsapps.example/start
            sso_account_id = 123456789012
            sso_role_name = Trainer
            """)
        _ = try login("https://old.awsapps.example/start", ends: 8 * 3600)
        try await bench.works(try bench.environment(["AWS_PROFILE": "old"]), by: "profile old (SSO)")
    }

    @Test
    func `an expired login has a hint with the command`() async throws {
        try bench.config(Self.session)
        _ = try login("corp", ends: -60)
        let error = try await bench.failure(["AWS_PROFILE": "sso"])
        #expect(error.kind == .expired)
        #expect(error.hint == "Run 'aws sso login --profile sso'.")
        #expect(LaunchError(error.backendError).kind == .denied)
    }

    @Test
    func `an expired registration has a hint with the command`() async throws {
        try bench.config(Self.session)
        _ = try login("corp", ends: -60, registration(ends: -1))
        #expect(try await bench.failure(["AWS_PROFILE": "sso"]).hint == "Run 'aws sso login --profile sso'.")
        #expect(!bench.cloud.snapshot.paths.contains("/token"))
    }

    @Test
    func `a missing login has a hint with the command`() async throws {
        try bench.config(Self.session)
        let error = try await bench.failure(["AWS_PROFILE": "sso"])
        #expect(error.message.contains("the login file does not exist"))
        #expect(error.hint == "Run 'aws sso login --profile sso'.")
    }

    @Test
    func `a refused login has a hint with the command`() async throws {
        try bench.config(Self.session)
        _ = try login("corp", ends: 3600, ["accessToken": "planted-other"])
        let error = try await bench.failure(["AWS_PROFILE": "sso"])
        #expect(error.hint == "Run 'aws sso login --profile sso'.")
    }

    @Test
    func `a malformed login cache is an error with its path`() async throws {
        try bench.config(Self.session)
        let path = try bench.home.write(".aws/sso/cache/\(SHA1.hex("corp".utf8)).json", "planted {")
        let error = try await bench.failure(["AWS_PROFILE": "sso"])
        #expect(error.kind == .configuration)
        #expect(error.message.hasPrefix(path))
    }

    @Test(arguments: ["1e300", "-1", "\"soon\"", "null"])
    func `a malformed expiration time is an error`(_ end: String) async throws {
        try bench.config(Self.session)
        _ = try login("corp", ends: 3600)
        let keys = #""accessKeyId":"a","secretAccessKey":"planted","sessionToken":"planted""#
        let answer = TestAnswer.text("{\"roleCredentials\":{\(keys),\"expiration\":\(end)}}")
        bench.cloud.change { $0.instead["/federation/credentials"] = [answer] }
        #expect(try await bench.failure(["AWS_PROFILE": "sso"]).kind == .malformed)
    }

    @Test
    func `the role name is encoded in the request`() async throws {
        try bench.config(Self.session)
        _ = try login("corp", ends: 3600)
        _ = try await bench.environment(["AWS_PROFILE": "sso"]).verify()
        #expect(
            bench.cloud.snapshot.targets.first == "/federation/credentials?role_name=Train%20er&account_id=123456789012"
        )
    }

    @Test(arguments: [
        ("sso_session = crop\n", 2, "did you mean 'corp'?"),
        ("sso_session = corp\nsso_region = eu-west-1\n", 3, "is \"eu-west-1\" here and \"us-east-1\" in"),
        ("sso_start_url = https://x\n", 3, "lacks sso_region and sso_role_name"),
    ])
    func `missing and contradictory settings are errors with their line`(
        _ lines: String, _ line: Int, _ words: String
    ) async throws {
        let role = lines.contains("sso_start_url") ? "" : "sso_role_name = x\n"
        try bench.config(
            "[profile sso]\n\(lines)sso_account_id = 1\n\(role)[sso-session corp]\nsso_region = us-east-1\nsso_start_url = u\n"
        )
        let error = try await bench.failure(["AWS_PROFILE": "sso"])
        #expect(error.kind == .configuration)
        #expect(error.diagnostic?.line == line)
        #expect(error.message.contains(words), "\(error)")
    }
}
