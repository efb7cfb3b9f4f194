import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import LaunchMock
import LaunchSageMaker
import TestSupport

/// The cost of observing many training jobs. An agent takes them over from one that has died. The service and the
/// store are created by separate processes, so that the memory is the agent's.
enum WatchBench {
    private static let region = "us-east-1"
    private static let project = "bench"

    private static func id(_ index: Int) -> RunID { RunID(rawValue: "r\(1_000_000 + index)") ?? .random() }

    // MARK: the service

    /// SageMaker with the given number of jobs that train without end. Prints its call counts for each line of input.
    static func serve(count: Int) throws {
        let stub = try AWSStub()
        stub.limit("sagemaker", "ListTrainingJobs", perSecond: 2)
        for index in 0..<count {
            stub.sagemaker.add(
                "\(project)-\(id(index))", life: TrainingLife([.init("Training", seconds: 0)], end: .never))
        }
        let keys = stub.keys.permanent()
        say("\(stub.url) \(keys.accessKeyID) \(keys.secretAccessKey.reveal())")
        while readLine() != nil {
            let lists = stub.calls("sagemaker", "ListTrainingJobs")
            // The first page of a sweep has no token.
            let firsts = lists.count { !$0.request.raw.text.contains("NextToken") }
            let throttled = stub.outcomes("sagemaker", "ListTrainingJobs")["ThrottlingException"] ?? 0
            say(
                "\(lists.count) \(firsts) \(stub.times("sagemaker", "DescribeTrainingJob").count) "
                    + "\(stub.busiestSecond("sagemaker", "ListTrainingJobs")) \(throttled)")
        }
    }

    private struct Service {
        let leash: Pipe
        let output: Pipe
        let url: String, key: String, secret: String

        init(count: Int) throws {
            let child = try BenchServer.begin("serve-jobs", [String(count)])
            (leash, output) = (child.leash, child.output)
            let said = Self.words(of: output)
            guard said.count == 3 else { throw S3Bench.Failure(what: "the service said nothing") }
            (url, key, secret) = (said[0], said[1], said[2])
        }

        /// List calls, their sweeps, Describe calls, the most List calls within a second, and throttled calls.
        func calls() throws -> [Int] {
            try leash.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
            let numbers = Self.words(of: output).compactMap { Int($0) }
            guard numbers.count == 5 else { throw S3Bench.Failure(what: "the service does not count") }
            return numbers
        }

        private static func words(of pipe: Pipe) -> [String] {
            String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
                .split(whereSeparator: \.isWhitespace).map(String.init)
        }
    }

    // MARK: the record

    /// Fills a store with runs that an agent has submitted and released.
    static func seed(count: Int, folder: String) async throws {
        let store = try Store(home: LaunchHome(path: folder))
        let template: [String: JSONValue] = [
            "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
            "ResourceConfig": .object([
                "InstanceType": .string("ml.m5.xlarge"), "InstanceCount": .integer(1), "VolumeSizeInGB": .integer(10),
            ]),
            "OutputDataConfig": .object(["S3OutputPath": .string("s3://bucket/out")]),
            "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(86_400)]),
        ]
        try await store.createQueue(
            QueueDefinition(name: "train", resource: SageMakerRunner.type, template: .object(template)))
        let runner = try SageMakerRunner.plugin.base.make(Options([:]), PluginContext())
        let owner = try await store.becomeOwner(kind: "agent")
        let text = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train"
        guard let digest = Digest(rawValue: "sha256:" + String(repeating: "a", count: 64)) else { return }
        let image = PinnedImage(
            reference: "\(text)@\(digest)", digest: digest, name: "\(text):1", platform: "linux/amd64")
        for index in 0..<count {
            let id = id(index)
            let spec = LaunchSpec(
                source: .image(image.name), project: project, entity: "me", author: "me",
                resource: SageMakerRunner.type, queue: "train")
            let job = ResolvedJob(
                runID: id, runName: id.rawValue, project: project, entity: "me", author: "me", queue: "train",
                resource: SageMakerRunner.type, source: .image(image.name), template: .object(template))
            let run = try await store.submit(spec, as: id, claimedBy: owner.id)
            let handle = RunHandle(
                runner: SageMakerRunner.type, runID: id, fields: ["name": "\(project)-\(id)", "region": region])
            try await store.transition(
                id, token: run.fencingToken, to: .running,
                changes: RunChanges(
                    resolved: job, image: image, imageDecision: "prebuilt",
                    request: try runner.render(RunnableJob(job: job, image: image)), handle: handle,
                    backendStatus: "InProgress: Training"))
        }
    }

    // MARK: the agent

    static func run(count: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, runs) in [("few", 2), ("many", count)] {
            let child = try BenchServer.begin(
                "seed-jobs", [String(runs), folder.appendingPathComponent(name).path])
            child.process.waitUntilExit()
            guard child.process.terminationStatus == 0 else { throw S3Bench.Failure(what: "no record") }
        }
        // One-time allocations, independent of the number of jobs, happen before the first measurement.
        let few = try Service(count: 2)
        _ = try await watch(2, folder.appendingPathComponent("few").path, few, sweeps: 2)
        let before = Memory.now
        let many = try Service(count: count)
        let result = try await watch(count, folder.appendingPathComponent("many").path, many, sweeps: 2)
        report([
            "runs": Double(count), "attach_seconds": result.attached, "first_sweep_seconds": result.swept,
            "list_calls_per_sweep": result.perSweep, "describe_calls": Double(result.calls[2]),
            "most_lists_in_a_second": Double(result.calls[3]), "throttled": Double(result.calls[4]),
            "cpu_seconds_per_sweep": result.cpu, "rss_before_kb": Double(before), "rss_after_kb": Double(result.memory),
            "peak_rss_kb": Double(Memory.peak), "kb_per_run": Double(result.memory - before) / Double(count),
        ])
    }

    private struct Result {
        var attached = 0.0, swept = 0.0, perSweep = 0.0, cpu = 0.0
        var calls: [Int] = []
        var memory = 0
    }

    /// Runs an agent until it has observed all runs the given number of times.
    private static func watch(_ count: Int, _ home: String, _ service: Service, sweeps: Int) async throws -> Result {
        let variables = [
            "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": service.key,
            "AWS_SECRET_ACCESS_KEY": service.secret, "no_proxy": "127.0.0.1",
        ]
        let catalog = PluginCatalog(
            environments: [AWSEnvironment.plugin], registries: [MockPlugins.registry], builders: [MockPlugins.builder],
            runners: [SageMakerRunner.plugin])
        let text = """
            environment: {type: aws, region: \(region), endpoint_url: "\(service.url)"}
            registry: {type: mock}
            builder: {type: mock}
            """
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        let store = try Store(home: LaunchHome(path: home))
        let agent = Agent(
            Agent.Settings(queues: ["train"], maxJobs: nil), store: store,
            backends: try Backends(config, catalog: catalog, variables: variables, log: .silent),
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), log: .silent)
        let began = ContinuousClock.now
        let working = Task { try await agent.run(as: store.becomeOwner(kind: "agent")) }
        var result = Result()
        while try await !store.adoptable(queues: ["train"], limit: 1).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        result.attached = seconds(ContinuousClock.now - began)
        let pages = (count + 99) / 100
        // Sweeps are short while runs are still being taken over. A sweep ends when the next begins.
        var (firsts, start, full) = (0, 0, 0)
        while full < sweeps {
            try await Task.sleep(for: .milliseconds(20))
            result.calls = try service.calls()
            if result.swept == 0, result.calls[0] - start >= pages {
                result.swept = seconds(ContinuousClock.now - began)
            }
            guard result.calls[1] > firsts else { continue }
            let taken = result.calls[0] - 1 - start
            (firsts, start) = (result.calls[1], result.calls[0] - 1)
            guard result.swept > 0, taken >= pages else { continue }
            full += 1
            result.perSweep = Double(taken)
            result.cpu = full == 1 ? -cpuSeconds : result.cpu
        }
        result.cpu = (result.cpu + cpuSeconds) / Double(max(1, sweeps - 1))
        result.memory = Memory.now
        agent.leave()
        _ = try await working.value
        return result
    }

    private static var cpuSeconds: Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }

    private static func say(_ words: String) {
        FileHandle.standardOutput.write(Data("\(words)\n".utf8))
    }
}
