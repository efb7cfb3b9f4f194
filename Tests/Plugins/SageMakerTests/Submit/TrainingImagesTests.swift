import AWSStub
import Foundation
import LaunchAWS
import LaunchHost
import LaunchMock
import TestSupport
import Testing

@testable import LaunchSageMaker

/// SageMaker's rules for images, over a registry `ecr`.
struct TrainingImagesTests {
    private static let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    private static let foreign = "210987654321.dkr.ecr.us-east-1.amazonaws.com/algorithm"
    private static let digest = "sha256:\(String(repeating: "4", count: 64))"

    private let stub: AWSStub
    private let variables: [String: String]
    private let home: TemporaryDirectory

    init() throws {
        stub = try AWSStub()
        home = try TemporaryDirectory()
        let keys = stub.keys.session()
        variables = [
            "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
        ]
    }

    private func backends(_ text: String, setting: [String: String] = [:]) throws -> Backends {
        let catalog = PluginCatalog(
            environments: [AWSEnvironment.plugin], registries: [ECRRegistry.plugin, MockPlugins.registry],
            builders: [MockPlugins.builder], runners: [SageMakerRunner.plugin, MockPlugins.runner])
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        return try Backends(
            config, catalog: catalog, variables: variables.merging(setting) { $1 }, log: .silent)
    }

    private func config(region: String = "us-east-1") -> String {
        """
        environment:
          type: aws
          region: \(region)
        registry:
          type: ecr
          uri: \(Self.host)/train
        builder: {type: mock}

        """
    }

    // MARK: the region of the registry

    @Test func `a registry of another region is an error of this runner alone, with both positions`() throws {
        let backends = try backends(config(region: "eu-west-1"))
        let error = #expect(throws: LaunchError.self) { _ = try backends.runner(for: "sagemaker") }
        let found = error?.diagnostics ?? []
        #expect(error?.kind == .configuration && found.map(\.line) == [6] && found.first?.column == 8)
        let message = try #require(found.first?.message)
        #expect(message.contains("us-east-1") && message.contains("eu-west-1 (launch-config.yaml:3)"))
        #expect(message.contains("SageMaker pulls images from its own region only"))
        #expect(found.first?.hint?.contains("use a repository in eu-west-1") == true)
        _ = try backends.runner(for: "mock")
        _ = try self.backends(config()).runner(for: "sagemaker")
    }

    @Test func `the region may come from a variable`() throws {
        let text = config().replacing("  region: us-east-1\n", with: "")
        let backends = try backends(text, setting: ["AWS_REGION": "eu-west-1"])
        let error = #expect(throws: LaunchError.self) { _ = try backends.runner(for: "sagemaker") }
        #expect(error?.diagnostics.first?.line == 5)
        #expect(error?.diagnostics.first?.message.contains("eu-west-1 (AWS_REGION)") == true)
    }

    // MARK: images

    @Test(arguments: ["busybox:1.36", "public.ecr.aws/docker/library/busybox:1.36", "ghcr.io/a/b:1.36"])
    func `an image outside ECR is refused with the way into it`(name: String) async throws {
        let registry = try backends(config()).registry(for: "sagemaker", rehearse: false, nil)
        let reference = try ImageReference(parsing: name)
        let error = await #expect(throws: BackendError.self) { _ = try await registry.resolve(reference) }
        #expect(error?.category == .invalid)
        #expect(error?.message.contains("SageMaker pulls images from private repositories of ECR only") == true)
        #expect(error?.hint?.contains("docker push \(Self.host)/train:1.36") == true)
        #expect(stub.calls.isEmpty)
    }

    @Test(arguments: ["", "registry: {type: mock}\n"])
    func `an image that another account hides is used as written; one of the own account is not`(
        registry text: String
    ) async throws {
        stub.ecr.close(account: "210987654321")
        let environment = "environment: {type: aws, region: us-east-1}\nbuilder: {type: mock}\n"
        let registry = try backends(text.isEmpty ? config() : environment + text)
            .registry(for: "sagemaker", rehearse: false, nil)
        let denial = BackendError(.denied, "Not allowed.")
        let isForeign = text.isEmpty
        let tag = await registry.unpinned(try ImageReference(parsing: "\(Self.foreign):1"), after: denial)
        #expect((tag?.reference == "\(Self.foreign):1" && tag?.digest == nil) == isForeign)
        let pinned = await registry.unpinned(
            try ImageReference(parsing: "\(Self.foreign):1@\(Self.digest)"), after: denial)
        #expect((pinned?.reference == "\(Self.foreign)@\(Self.digest)") == isForeign)
        #expect(await registry.unpinned(try ImageReference(parsing: "\(Self.host)/train:1"), after: denial) == nil)
    }

    @Test func `an image of another region is a warning about the request, also in a rehearsal`() throws {
        let runner = try backends(config()).runner(for: "sagemaker")
        var request = RunRequest(
            runner: "sagemaker",
            document: .object([
                "AlgorithmSpecification": .object([
                    "TrainingImage": .string("123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:1"),
                    "TrainingInputMode": .string("File"),
                ])
            ]))
        for options in [nil, RehearsalOptions()] {
            request.rehearsal = options
            let finding = runner.validate(request).first { $0.rule == "image-region" }
            #expect(finding?.severity == .warning)
            #expect(finding?.message == "the image is in eu-west-1, and the job in us-east-1")
        }
    }
}
