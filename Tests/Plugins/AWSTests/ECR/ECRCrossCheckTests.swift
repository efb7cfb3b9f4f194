import Foundation
import LaunchHost
import LaunchMock
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Cross-checks of plugins, with file and line, before any call.
struct ECRCrossCheckTests {
    private static let role = "arn:aws:iam::210987654321:role/launch"
    private static let uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"

    private func backends(_ text: String, _ variables: [String: String] = [:]) throws -> Backends {
        let catalog = PluginCatalog(
            environments: [AWSEnvironment.plugin, MockPlugins.environment], registries: [ECRRegistry.plugin],
            builders: [MockPlugins.builder], runners: [])
        let home = try TemporaryDirectory()
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        return try Backends(
            config, catalog: catalog,
            variables: ["HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true"].merging(variables) { $1 }, log: .silent)
    }

    private func diagnostics(_ text: String, _ variables: [String: String] = [:]) -> [Diagnostic] {
        let error = #expect(throws: LaunchError.self) { _ = try backends(text, variables) }
        #expect(error?.kind == .configuration)
        return error?.diagnostics ?? []
    }

    @Test func `a region other than the environment's is not the registry's concern`() throws {
        let text = """
            environment: {type: aws, region: eu-west-1}
            registry: {type: ecr, uri: \(Self.uri)}
            builder: {type: mock}

            """
        #expect(try backends(text).warnings.isEmpty)
    }

    @Test func `a role of another account is a warning`() throws {
        let made = try backends(
            """
            environment: {type: aws, region: us-east-1, role_arn: "arn:aws:iam::210987654321:role/launch"}
            registry:
              type: ecr
              repository: arn:aws:ecr:us-east-1:123456789012:repository/train
            builder: {type: mock}

            """)
        #expect(made.warnings.map(\.severity) == [.warning] && made.warnings.first?.line == 4)
        let message = try #require(made.warnings.first?.message)
        #expect(message.contains("123456789012") && message.contains("210987654321 (launch-config.yaml:1)"))
        #expect(made.warnings.first?.hint?.contains("repository's policy") == true)
    }

    @Test func `without a registry, the builder's destination selects it`() throws {
        let text = "environment: {type: aws, region: us-east-1}\nbuilder: {type: mock, destination: \(Self.uri)}\n"
        let made = try backends(text)
        #expect(made.registryType == "ecr" && made.warnings.isEmpty)
        let key = ContentKey(hex: String(repeating: "a", count: 64))
        let name = try made.registry.destination(for: key, repository: made.builder.repository(for: "p"))
        #expect(name.description == "\(Self.uri):\(key.tag)")
        #expect(made.imageOfSource(for: "p")?.hasPrefix("\(Self.uri):launch-") == true)
        #expect(try backends(text + "registry: {}\n").registryType == "ecr")
        // The checks of a registry apply to it as well.
        let other = try backends(text.replacing("us-east-1}", with: "us-east-1, role_arn: \"\(Self.role)\"}"))
        #expect(other.warnings.first?.message.contains("210987654321") == true)
        let found = diagnostics(text.replacing("{type: aws, region: us-east-1}", with: "{type: mock}"))
        #expect(found.first?.line == 2 && found.first?.hint?.contains("type: aws") == true)
    }

    @Test func `an environment without credentials is an error at the registry`() throws {
        let found = diagnostics(
            "environment: {type: mock}\nregistry: {type: ecr, uri: \(Self.uri)}\nbuilder: {type: mock}\n")
        #expect(found.first?.line == 2 && found.first?.hint == "Add 'environment: {type: aws}'.")
    }

    @Test func `a builder that pushes elsewhere is an error at its destination`() throws {
        let found = diagnostics(
            """
            environment: {type: aws, region: us-east-1}
            registry: {type: ecr, uri: \(Self.uri)}
            builder:
              type: mock
              destination: team/other

            """)
        #expect(found.first?.line == 5 && found.first?.path?.description == "builder.destination")
    }

    @Test(arguments: [
        ("", "neither 'uri' nor 'repository'"), (", uri: \(uri), repository: \(uri)", "have the same meaning"),
        (", uri: \"\(uri):v1\"", "has a tag"),
    ])
    func `options that cannot be combined are refused at the block`(options: String, says: String) throws {
        let found = diagnostics(
            "environment: {type: aws, region: us-east-1}\nregistry: {type: ecr\(options)}\nbuilder: {type: mock}\n")
        #expect(found.first?.line == 2 && found.first?.message.contains(says) == true, "\(found)")
    }
}
