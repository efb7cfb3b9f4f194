import Foundation
import LaunchAWS
import LaunchHost
import LaunchMock
import LaunchSageMaker
import TestSupport

/// The cost of prebuilt runs from their queue to the end of their training jobs, with a history of ended runs.
///
/// The service is a separate process without latency, so processor time and memory are the agent's and the store's.
enum DrainBench {
    private static let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1"
    private static let template: [String: JSONValue] = [
        "RoleArn": .string("arn:aws:iam::123456789012:role/train"),
        "ResourceConfig": .object([
            "InstanceType": .string("ml.m5.xlarge"), "InstanceCount": .integer(1), "VolumeSizeInGB": .integer(10),
        ]),
        "OutputDataConfig": .object(["S3OutputPath": .string("s3://bucket/out")]),
        "StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(86_400)]),
    ]

    /// Serves until the standard input ends. For each line of input it prints how many jobs were created, and the
    /// seconds from the first look-up of an image to the last job; then it forgets the jobs.
    static func serve() throws {
        let service = IdleAWS()
        let server = try TestServer { service.answer($0) }
        say(server.url)
        while readLine() != nil {
            let created = service.created
            say("\(created.count) \(created.seconds)")
            service.reset()
        }
        server.stop()
    }

    static func run(count: Int, history: Int, engine: BenchStore.Engine) async throws {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        let child = try BenchServer.begin("serve-idle", [])
        let url = words(of: child.output).first ?? ""
        let store = bench.store
        try await prepare(store)
        // The first run is what the history consists of. It also pays for what happens once in a process.
        try await submit(1, to: store)
        try await drain(store, url)
        _ = try answer(of: child)
        try bench.addHistory(history)
        let submitting = cpuSeconds
        try await submit(count, to: store)
        let submitted = cpuSeconds
        let (began, written) = (ContinuousClock.now, bytesWritten)
        try await drain(store, url)
        let taken = seconds(ContinuousClock.now - began)
        let (cpu, bytes) = (cpuSeconds - submitted, bytesWritten - written)
        let created = try answer(of: child)
        guard created.first == Double(count), created.count == 2 else {
            throw S3Bench.Failure(what: "\(created) training jobs for \(count) runs")
        }
        report([
            "runs": Double(count), "ended_before": Double(history), "seconds": taken,
            "created_per_second": Double(count) / max(created[1], 0.001), "cpu_ms_per_run": 1000 * cpu / Double(count),
            "submit_cpu_ms": 1000 * (submitted - submitting) / Double(count),
            "written_kb_per_run": Double(bytes) / 1000 / Double(count), "peak_rss_kb": Double(Memory.peak),
        ])
    }

    /// Makes the queue.
    static func prepare(_ store: Store) async throws {
        // The registry of the images is not simulated, and no call may leave the machine: nothing listens there.
        setenv("https_proxy", "http://127.0.0.1:9", 1)
        try await store.createQueue(
            QueueDefinition(
                name: "train", resource: SageMakerRunner.type, template: .object(template), variables: .array([])))
    }

    static func submit(_ count: Int, to store: Store) async throws {
        for _ in 0..<count {
            let id = RunID.random()
            _ = try await store.submit(
                LaunchSpec(
                    source: .image(image), name: id.rawValue, project: "bench", entity: "me", author: "me",
                    resource: SageMakerRunner.type, queue: "train"),
                as: id)
        }
    }

    /// Runs an agent until the queue is empty and all runs have ended.
    static func drain(_ store: Store, _ url: String, maxJobs: Int? = nil) async throws {
        let variables = [
            "HOME": store.home.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "AKIABENCH",
            "AWS_SECRET_ACCESS_KEY": "bench", "no_proxy": "127.0.0.1",
        ]
        let catalog = PluginCatalog(
            environments: [AWSEnvironment.plugin], registries: [ECRRegistry.plugin], builders: [MockPlugins.builder],
            runners: [SageMakerRunner.plugin])
        let text = """
            environment: {type: aws, region: us-east-1, endpoint_url: "\(url)"}
            registry: {type: ecr, uri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/train}
            builder: {type: mock}
            """
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        let agent = Agent(
            Agent.Settings(queues: ["train"], maxJobs: maxJobs, drain: true), store: store,
            backends: try Backends(config, catalog: catalog, variables: variables, log: .silent),
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), log: .silent)
        let end = try await agent.run(as: store.becomeOwner(kind: "agent"))
        guard end == .done else { throw S3Bench.Failure(what: "the agent ended with \(end)") }
        let counts = try await store.counts()
        guard counts.unfinished == 0, counts[.failed] == 0 else {
            let failed = try await store.runs(RunFilter(states: [.failed], limit: 1)).first?.cause?.message ?? "-"
            throw S3Bench.Failure(what: "\(counts[.failed]) runs failed: \(failed)")
        }
    }

    private static func answer(of child: (process: Process, leash: Pipe, output: Pipe)) throws -> [Double] {
        try child.leash.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        return words(of: child.output).compactMap(Double.init)
    }

    private static func say(_ words: String) {
        FileHandle.standardOutput.write(Data("\(words)\n".utf8))
    }

    private static func words(of pipe: Pipe) -> [String] {
        String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static var cpuSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    /// The bytes that this process has written to files and sockets.
    private static var bytesWritten: Int {
        let text = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("wchar:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}
