import Foundation
import LaunchConformance
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct ECRConformanceTests {
    @Test(.enabled(if: RegistryServer.isWanted, "LAUNCH_TEST_NO_REGISTRY=1"))
    func `the registry passes the conformance kit`() async throws {
        let bench = try await ECRBench(serving: true)
        let server = try #require(bench.server)
        let report = await RegistryConformance(
            RegistryFixture(
                plugin: ECRRegistry.plugin, unknown: try bench.reference("train:none"), secrets: bench.secrets,
                makeRegistry: { try bench.registry() },
                push: { name in
                    let digest = try await server.pushImage(
                        name.repository, tag: try #require(name.tag), content: UUID().uuidString)
                    return try #require(Digest(rawValue: digest))
                })
        ).run()
        #expect(report.isConforming)
        for secret in bench.secrets { #expect(!bench.logged.contains(secret)) }
    }

    @Test func `the environment passes the conformance kit`() async throws {
        let bench = try await ECRBench()
        let report = await EnvironmentConformance(
            EnvironmentFixture(
                plugin: AWSEnvironment.plugin, secrets: bench.secrets,
                makeEnvironment: {
                    try AWSEnvironment.plugin.make(
                        Options(["region": .string("us-east-1")]), PluginContext(variables: bench.variables))
                })
        ).run()
        #expect(report.isConforming)
    }
}
