import Foundation
import LaunchHost
import LaunchMock

/// The time from the end of a submit until an agent has claimed the run, on both engines: with an idle agent, and while
/// another client submits 20 runs a second.
///
/// Submits, agent and the reader that waits for the claim are in one process, by separate connections. The reader looks each
/// millisecond.
enum WakeBench {
    private static let queue = "q"

    static func run(count: Int) async throws {
        print("milliseconds from submit to claim, \(count) submits\n")
        print("store\tload\tmedian\tp99\tmost")
        for engine in BenchStore.Engine.available {
            for isBusy in [false, true] {
                let times = try await times(count, on: engine, isBusy: isBusy).sorted()
                let figures = [times[times.count / 2], times[times.count * 99 / 100], times[times.count - 1]]
                    .map { String(format: "%.1f", $0 / .milliseconds(1)) }
                print("\(engine)\t\(isBusy ? "busy" : "idle")\t\(figures.joined(separator: "\t"))")
            }
        }
    }

    private static func times(_ count: Int, on engine: BenchStore.Engine, isBusy: Bool) async throws -> [Duration] {
        let bench = try await BenchStore(engine)
        defer { bench.remove() }
        try await bench.store.createQueue(
            QueueDefinition(name: queue, resource: MockPlugins.type))
        let catalog = PluginCatalog(
            environments: [MockPlugins.environment], registries: [MockPlugins.registry],
            builders: [MockPlugins.builder], runners: [MockPlugins.runner])
        let folder = bench.store.home.path
        let text = """
            environment: {type: mock}
            registry: {type: mock, folder: \(folder)}
            builder: {type: mock, folder: \(folder)}
            runner: {type: mock, folder: \(folder)}
            """
        let config = try LaunchConfig(Document(text: text, name: "launch-config.yaml"), catalog: catalog)
        let own = try bench.another()
        let agent = Agent(
            Agent.Settings(queues: [queue], maxJobs: nil), store: own,
            backends: try Backends(config, catalog: catalog, variables: [:], log: .silent),
            contexts: SourceContexts(store: SourceStore(folder: own.home.sources)), log: .silent)
        let working = Task { try await agent.run(as: own.becomeOwner(kind: "agent", queues: [queue])) }
        let others = try isBusy ? bench.another() : nil
        let loading = Task {
            while let others, !Task.isCancelled {
                try await submit(to: others)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        var times: [Duration] = []
        for index in 0...count {
            let time = try await claim(in: bench.store)
            // The first claim also opens connections and files.
            if index > 0 { times.append(time) }
        }
        loading.cancel()
        _ = try? await loading.value
        agent.leave()
        _ = try await working.value
        return times
    }

    /// Submits a run, and returns how long it then waits.
    private static func claim(in store: Store) async throws -> Duration {
        let id = try await submit(to: store)
        let began = ContinuousClock.now
        while try await store.run(id).state == .queued { try await Task.sleep(for: .milliseconds(1)) }
        return ContinuousClock.now - began
    }

    @discardableResult
    private static func submit(to store: Store) async throws -> RunID {
        let spec = LaunchSpec(
            source: .image("mock.invalid/a:1"), project: "bench", entity: "me", author: "me",
            resource: MockPlugins.type, queue: queue)
        return try await store.submit(spec).id
    }
}
