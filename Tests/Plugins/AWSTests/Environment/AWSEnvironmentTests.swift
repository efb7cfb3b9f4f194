import Foundation
import LaunchConformance
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct AWSEnvironmentTests {
    private let bench: CredentialBench
    private static let keys = ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "planted-env"]

    init() throws {
        bench = try CredentialBench()
    }

    private func make(
        _ values: [String: JSONValue], _ variables: [String: String] = keys
    ) throws -> any LaunchHost.Environment {
        let standard = ["HOME": bench.home.path, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1"]
        return try AWSEnvironment.plugin.make(
            Options(values), PluginContext(variables: standard.merging(variables) { $1 }, log: bench.log))
    }

    @Test func `the environment passes the conformance kit`() async throws {
        let url = bench.cloud.url
        let (bench, values) = (bench, ["region": JSONValue.string("us-east-1"), "endpoint_url": .string(url)])
        let fixture = EnvironmentFixture(plugin: AWSEnvironment.plugin, secrets: ["planted-env"]) {
            let standard = ["HOME": bench.home.path, "AWS_EC2_METADATA_DISABLED": "true"]
            return try AWSEnvironment.plugin.make(
                Options(values), PluginContext(variables: standard.merging(Self.keys) { $1 }, log: bench.log))
        }
        let report = await EnvironmentConformance(fixture).run()
        #expect(report.failures.isEmpty, "\(report)")
        bench.showsNothing(report)
    }

    @Test(arguments: [
        (["region": "us-est-1"], "The region \"us-est-1\" does not exist; did you mean 'us-east-1'?"),
        (["region": "Frankfurt"], "The region \"Frankfurt\" does not exist"),
        (["role_arn": "trainer"], "is not the ARN of a role"),
        (["role_arn": "arn:aws:iam::123456789012:user/me"], "is not the ARN of a role"),
        (["external_id": "x1"], "no role_arn"),
        (["endpoint_url": "localhost:5000"], "not an http or https URL"),
        (["profile": "nobody"], "The profile \"nobody\", which"),
        (["region": ""], "The region is empty"),
    ])
    func `an unusable block is an error`(_ values: [String: String], _ words: String) throws {
        let error = try #require(throws: BackendError.self) { _ = try make(values.mapValues { .string($0) }) }
        #expect(error.category == .configuration)
        #expect(error.message.contains(words), "\(error)")
    }

    @Test
    func `a wrong region in a file is an error with its line`() throws {
        try bench.config("[default]\nregion = eu-wst-1\n")
        let error = try #require(throws: BackendError.self) { _ = try make([:]) }
        #expect(error.message.hasPrefix("\(bench.home.file(".aws/config")):2: "))
        #expect(error.message.contains("did you mean 'eu-west-1'?"))
    }

    @Test func `no region is an error`() async throws {
        let environment = try make([:])
        let error = await #expect(throws: BackendError.self) { _ = try await environment.verify() }
        #expect(error?.category == .configuration)
        #expect(error?.message.contains("The AWS region is not set") == true)
    }

    @Test
    func `a service that does not reply is unavailable`() async throws {
        let port = try #require(freePort())
        let environment = try bench.environment(
            Self.keys.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(port)"]) { $1 }, .init(region: "us-east-9"))
        let error = await #expect(throws: BackendError.self) { _ = try await environment.verify() }
        #expect(error?.category == .unavailable)
        #expect(LaunchError(try #require(error)).kind == .unavailable)
        #expect(error?.hint?.contains("us-east-9") == true, "the hint names a region that may not exist")
    }

    @Test func `plugins share one client for each service`() async throws {
        let environment = try bench.environment(Self.keys)
        let first = try await environment.client(.ecr)
        #expect(try await environment.client(.ecr) === first)
        #expect(try await environment.client(.ecr, region: "eu-west-1") !== first)
        #expect(first.region == "us-east-1")
    }

    @Test
    func `a revoked token is replaced within the call`() async throws {
        let environment = try bench.environment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(bench.cloud.url)/container"])
        _ = try await environment.verify()
        // The session was revoked: the service rejects it long before its end.
        bench.cloud.change { $0.keys = $0.keys.mapValues { _ in .distantPast } }
        _ = try await environment.verify()
        #expect(bench.cloud.snapshot.refused == ["GetCallerIdentity with ASIA0"])
        #expect(bench.cloud.snapshot.keys.count == 2)
    }

    @Test
    func `the report says why earlier sources are not used`() async throws {
        try bench.config("[profile train]\nregion = eu-west-1\ncredential_process = cat \(bench.home.file("keys"))\n")
        let keys = bench.cloud.issue(token: "SessionToken").merging(["Version": 1]) { $1 }
        try bench.home.write("keys", [UInt8](JSONSerialization.data(withJSONObject: keys)))
        let report = await (try bench.environment(["AWS_PROFILE": "train"])).credentialReport()
        #expect(report.profile == "train (AWS_PROFILE)")
        #expect(report.steps.map(\.source).first == "environment variables")
        #expect(report.steps.first?.reason == "AWS_ACCESS_KEY_ID is not set")
        #expect(report.steps.last == .init(source: "profile train (credential_process)", isUsed: true))
        #expect(report.identity?.account == "123456789012")
        #expect(report.expiration == bench.cloud.time.now.addingTimeInterval(FakeCloud.life))
        bench.showsNothing(report)
        let decoded = try JSONDecoder().decode(CredentialReport.self, from: JSONEncoder().encode(report))
        #expect(decoded == report)
    }

    @Test
    func `without credentials, the report lists all sources`() async throws {
        let report = await (try bench.environment()).credentialReport()
        #expect(report.steps.count == 9)
        #expect(report.steps.allSatisfy { !$0.isUsed && $0.reason != nil })
        #expect(report.problem?.contains("There are no AWS credentials") == true)
    }
}
