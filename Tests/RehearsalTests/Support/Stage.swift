import AWSStub
import EngineTestSupport
import Foundation
import LaunchAWS
import LaunchBuilders
import LaunchHost
import LaunchLocalDocker
import LaunchSageMaker
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips the test if tests must not use a container engine.
    static var needsEngine: Self { .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)") }
}

/// The environment of one test: S3 on loopback, a home, and the runner that `--rehearse` selects for a SageMaker
/// queue.
struct Stage {
    let folder: TemporaryDirectory
    let stub: AWSStub
    let runner: any Runner
    /// The runner that the program would submit with.
    let sender: any Runner

    init() throws {
        folder = try TemporaryDirectory()
        stub = try AWSStub()
        stub.s3.add(bucket: "bucket", region: "eu-west-1")
        let keys = stub.keys.permanent()
        var variables = ProcessInfo.processInfo.environment
        variables.merge([
            "HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "AWS_EC2_METADATA_DISABLED": "true",
            "no_proxy": "127.0.0.1", "AWS_ACCESS_KEY_ID": keys.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
        ]) { $1 }
        let catalog = PluginCatalog(
            environments: [AWSEnvironment.plugin, LocalEnvironment.plugin], registries: [LocalRegistry.plugin],
            builders: [NoopBuilder.plugin], runners: [LocalDockerRunner.plugin, SageMakerRunner.plugin])
        let text = """
            environment: {type: aws, region: eu-west-1, endpoint_url: "\(stub.url)"}
            registry: {type: local}
            builder: {type: noop}
            """
        let config = try LaunchConfig(Document(text: text, name: "stage"), catalog: catalog)
        let backends = try Backends(config, catalog: catalog, variables: variables, log: Logger { _ in })
        runner = try backends.runner(for: "sagemaker", rehearse: true)
        sender = try backends.runner(for: "sagemaker")
    }

    /// A request of the probe, rendered for SageMaker.
    func request(
        _ changes: [String: JSONValue] = [:], probe: String = "true", as user: ProbeImage.User = .root,
        _ options: RehearsalOptions = RehearsalOptions(keepsLocal: true), id: RunID = .random()
    ) async throws -> RunRequest {
        let image = try await ProbeImage.id(as: user)
        let digest = try #require(Digest(rawValue: image))
        let least: JSONValue = [
            "RoleArn": "arn:aws:iam::123456789012:role/trainer",
            "OutputDataConfig": ["S3OutputPath": "s3://bucket/out"],
            "ResourceConfig": ["InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10],
            "StoppingCondition": ["MaxRuntimeInSeconds": 600],
        ]
        let job = ResolvedJob(
            runID: id, runName: "probe", project: "tests", entity: "", author: "tester", resource: "sagemaker",
            source: .image("probe"), environment: ["PROBE": probe], template: least.merging(.object(changes)))
        var request = try runner.render(
            RunnableJob(job: job, image: PinnedImage(reference: image, digest: digest, name: "probe")))
        request.rehearsal = options
        return request
    }

    /// Rehearses a request to its end, as the host does: checks, submits, observes, stops at the deadline, collects,
    /// releases.
    /// - Parameter during: called after all hosts have started; returns true to stop the run.
    func rehearse(
        _ request: RunRequest, id: RunID = .random(), during: (@Sendable (RunHandle) async throws -> Bool)? = nil
    ) async throws -> Ended {
        let faults = runner.validate(request).filter { $0.severity == .error }
        try #require(faults.isEmpty, "\(faults)")
        let handle = try await runner.submit(request, as: id)
        let result: Result<Ended, any Error>
        do {
            result = .success(try await follow(handle, request, during))
        } catch {
            // A failed test must leave nothing in the engine.
            try? await runner.stop(handle, grace: .zero)
            result = .failure(error)
        }
        try await runner.release(handle)
        #expect(try await Leftovers.of(id, home: folder.file("home")) == [])
        return try result.get()
    }

    private func follow(
        _ handle: RunHandle, _ request: RunRequest, _ during: (@Sendable (RunHandle) async throws -> Bool)?
    ) async throws -> Ended {
        let limit = ContinuousClock.now + .seconds(1_200)
        var during = during
        var statuses: [String] = []
        var isStopped = false
        while true {
            let seen = try #require(try await runner.observe([handle]).first)
            let word = String(seen.backendStatus.prefix { $0 != ":" })
            if statuses.last != word { statuses.append(word) }
            if [.succeeded, .failed, .stopped, .missing].contains(seen.phase) {
                return try await Ended(of: handle, seen, request, on: self)
            }
            if let deadline = seen.deadline, deadline <= Date(), !isStopped {
                isStopped = true
                try await runner.stop(handle, grace: nil)
            }
            if seen.phase == .running, let act = during {
                during = nil
                if try await act(handle) { try await runner.stop(handle, grace: nil) }
            }
            try #require(ContinuousClock.now < limit, "it does not end: \(statuses)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension JSONValue {
    /// This value with the members of another merged at every depth; null removes a member.
    func merging(_ other: JSONValue) -> JSONValue {
        guard case .object(let changes) = other else { return other }
        var members = objectValue ?? [:]
        for (name, value) in changes { members[name] = value == .null ? nil : (members[name] ?? [:]).merging(value) }
        return .object(members)
    }
}
