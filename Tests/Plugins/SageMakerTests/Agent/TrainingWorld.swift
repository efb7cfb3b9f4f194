import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchMock
import TestSupport

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchCore
@testable import LaunchPluginKit
@testable import LaunchRehearsal
@testable import LaunchSageMaker
@testable import LaunchSnapshots
@testable import LaunchStore

/// An account of AWS, a store and the runner, all with one clock.
final class TrainingWorld: Sendable {
    static let region = "us-east-1"
    static let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1"

    let clock: PumpedClock
    let stub: AWSStub
    let folder: TemporaryDirectory
    let store: Store
    private let keys: AWSCredentials

    init(jumps: Bool = false, keepsCalls: Bool = false) throws {
        let echo = try TestServer { _ in TestAnswer() }
        let http = HTTPClient(configuration: .init(proxy: .direct))
        let clock = PumpedClock(jumps: jumps, roundTrip: { _ = try? await http.send(HTTPRequest(.get, echo.url)) })
        self.clock = clock
        stub = try AWSStub(now: { clock.now }, keepsCalls: keepsCalls)
        keys = stub.keys.permanent()
        folder = try TemporaryDirectory()
        store = try Store(home: LaunchHome(path: folder.file("home")), durability: .processEnd, now: { clock.now })
    }

    /// An environment, made as at the program's start.
    func environment(region: String = region) throws -> AWSEnvironment {
        let variables = [
            "HOME": folder.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": keys.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
        ]
        return try AWSEnvironment(
            AWSEnvironmentOptions(region: region, endpointURL: stub.url), variables: variables,
            runtime: AWSRuntime(
                http: HTTPClient(configuration: .init(proxy: .direct)), clock: clock.host, userAgent: "launch/test"))
    }

    /// A runner without any state, as after a restart.
    func runner(region: String = region) throws -> SageMakerRunner {
        SageMakerRunner(
            try environment(region: region), options: SageMakerOptions(), model: .bundled, log: .silent)
    }

    /// The backends of a starting program. `runner` is the configuration's block.
    func backends(runner: String = "") throws -> Backends {
        let environment = try environment()
        let plugin = Plugin<any LaunchHost.Environment>(
            type: "aws", summary: "The test's.", fields: [], examples: ["environment: {type: aws}"]
        ) { _, _ in environment }
        let catalog = PluginCatalog(
            environments: [plugin], registries: [MockPlugins.registry], builders: [MockPlugins.builder],
            runners: [SageMakerRunner.plugin])
        let text = """
            environment: {type: aws}
            registry: {type: mock, folder: \(folder.path)}
            builder: {type: mock, folder: \(folder.path)}
            \(runner)
            """
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        return try Backends(config, catalog: catalog, variables: [:], log: .silent)
    }

    /// An agent of a starting program.
    func agent(drain: Bool = true, runner: String = "", log: Logger = .silent) throws -> Agent {
        Agent(
            Agent.Settings(queues: ["train"], maxJobs: nil, drain: drain), store: store,
            backends: try backends(runner: runner),
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), clock: clock.host, log: log)
    }

    /// Makes the queue `train`.
    func queue(_ more: [String: JSONValue] = [:], retry: RetryRules? = nil) async throws {
        try await store.createQueue(
            QueueDefinition(
                name: "train", resource: SageMakerRunner.type,
                template: .object(Self.template.merging(more) { $1 }), variables: .array([]), retry: retry))
    }

    static let template: [String: JSONValue] = [
        "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
        "ResourceConfig": .object([
            "InstanceType": .string("ml.m5.xlarge"), "InstanceCount": .integer(1), "VolumeSizeInGB": .integer(10),
        ]),
        "OutputDataConfig": .object(["S3OutputPath": .string("s3://bucket/out")]),
        "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(3600)]),
    ]

    /// Submits a run to the queue. The container gets its kind.
    @discardableResult
    func submit(_ kind: String, _ arguments: [String: JSONValue] = [:]) async throws -> RunID {
        let spec = LaunchSpec(
            source: .image(Self.image), project: "chaos", entity: "me", author: "me",
            resource: SageMakerRunner.type, queue: "train",
            overrides: Overrides(
                environment: ["KIND": kind], resourceArguments: arguments.isEmpty ? nil : .object(arguments)))
        return try await store.submit(spec).id
    }

    /// The kind in a request's container variables.
    static func kind(of request: JSONValue) -> String { request["Environment"]?["KIND"]?.stringValue ?? "" }

    /// A job as the pipeline passes it to the runner.
    static func job(_ text: String = "run00001", _ more: [String: JSONValue] = [:]) throws -> RunnableJob {
        guard let id = RunID(rawValue: text), let reference = try? ImageReference(parsing: image),
            let pinned = MockRegistryImage.pinned(reference)
        else { throw BackendError(.invalid, "no run ID: \(text)") }
        let job = ResolvedJob(
            runID: id, runName: text, project: "unit", entity: "me", author: "me", queue: "train",
            resource: SageMakerRunner.type, source: .image(image), template: .object(template.merging(more) { $1 }))
        return RunnableJob(job: job, image: pinned)
    }
}

/// An image that is pinned to a digest.
enum MockRegistryImage {
    static func pinned(_ reference: ImageReference) -> PinnedImage? {
        Digest(rawValue: "sha256:" + String(repeating: "a", count: 64)).map {
            PinnedImage(
                reference: "\(reference.name)@\($0)", digest: $0, name: reference.description, platform: "linux/amd64")
        }
    }
}
