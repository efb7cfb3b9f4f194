import EngineTestSupport
import Foundation
import Glibc
import LaunchContainerEngine
import LaunchHost
import TestSupport
import Testing

@Suite("Rehearsals whose program ends", .needsEngine)
struct RehearsalCrashTests {
    /// Two hosts that train for a given time, with a channel from this machine and checkpoints.
    static let queue = """
        RoleArn: arn:aws:iam::123456789012:role/job
        AlgorithmSpecification:
          TrainingImage: ${image_uri}
          TrainingInputMode: File
          ContainerEntrypoint: [/bin/sh, -c]
          ContainerArguments: ["cat /opt/ml/input/data/train/a; sleep ${SECONDS}; echo end; echo w > /opt/ml/model/w"]
        InputDataConfig:
        - ChannelName: train
          DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://bucket/train"}}
        CheckpointConfig: {S3Uri: "s3://bucket/checkpoints"}
        OutputDataConfig: {S3OutputPath: "s3://bucket/out"}
        ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 2, VolumeSizeInGB: 10}
        StoppingCondition: {MaxRuntimeInSeconds: 3600}

        """

    private static let keys = ["AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "none is asked for"]

    /// Makes the queue, and returns the arguments that rehearse its request with the given training time.
    private func words(_ world: World, seconds: Int) async throws -> [String] {
        let config = try world.folder.write(
            "launch-config.yaml", "environment: {type: aws, region: us-east-1}\nbuilder: {type: noop}\n")
        try world.folder.write("data/a", "data\n")
        let file = try world.folder.write("train.yaml", Self.queue.replacing("${SECONDS}", with: String(seconds)))
        try await world.succeeding(
            "-c", config, "queue", "create", "train", "--resource", "sagemaker", "--config", file)
        return [
            "-c", config, "run", "--rehearse", "-q", "train", "--image", World.image, "--channel", "train=data",
            "--keep-local", "--grace", "1s",
        ]
    }

    /// Leftovers of rehearsals: containers, networks, folders.
    private func left(_ world: World) async throws -> [String] {
        let engine = try await EngineFixture.engine()
        let runs = try await world.succeeding("list", "--limit", "0", "--json").json([RunFacts].self)
        var left: [String] = []
        for run in runs {
            let labels = ["launch.run=\(run.id)"]
            left += try await engine.containers(labels: labels).flatMap(\.names)
            left += try await engine.networks(labels: labels)
        }
        let folder = world.folder.file("home/rehearsals")
        return left + ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }

    @Test(
        arguments: 0..<5
    )
    func `after SIGKILL at any moment, an agent completes the rehearsal once, with complete logs and results`(
        _ seed: Int
    )
        async throws
    {
        try await World.with(setting: Self.keys) { world in
            let words = try await words(world, seconds: 1)
            let run = try world.start(words)
            try await run.hasSaid("run ")
            try await Task.sleep(for: .milliseconds(seed * 347 % 1_500))
            try await run.signal(SIGKILL)
            _ = try await run.end()
            try await world.succeeding(words.prefix(2) + ["agent", "--drain", "-q", "train"])
            let runs = try await world.succeeding("list", "--json").json([RunFacts].self)
            try #require(runs.count == 1)
            #expect(runs[0].state == "succeeded", "\(runs[0].cause?.message ?? "-")")
            let lines = try await world.log(of: runs[0].id).lines
            #expect(lines.sorted() == ["algo-1 data", "algo-1 end", "algo-2 data", "algo-2 end"])
            #expect(runs[0].outputs.contains { $0.name == "model.tar.gz" && $0.path.hasPrefix(world.folder.path) })
            #expect(try await left(world) == [])
        }
    }

    @Test(arguments: 0..<5)
    func `ctrl-C at any moment stops the rehearsal, without leftovers`(_ seed: Int) async throws {
        try await World.with(setting: Self.keys) { world in
            let run = try world.start(try await words(world, seconds: 600))
            try await run.hasSaid("run ")
            try await Task.sleep(for: .milliseconds(seed * 347 % 1_500))
            try await run.signal(SIGINT)
            let answer = try await run.end()
            // Before the program handles signals, the signal simply ends it. Nothing of the run exists at that time.
            #expect([3, -SIGINT].contains(answer.code), "\(answer)")
            #expect(try await left(world) == [])
        }
    }
}
