import Foundation
import LaunchHost
import LaunchMock
import TestSupport
import Testing

/// A store, the mock's backends and agents for them, in a folder of the test.
struct AgentBench {
    let folder: TemporaryDirectory
    let store: Store
    let backends: Backends

    static let catalog = PluginCatalog(
        environments: [MockPlugins.environment], registries: [MockPlugins.registry], builders: [MockPlugins.builder],
        runners: [MockPlugins.runner])

    init(builder: String = "{type: mock}") throws {
        folder = try TemporaryDirectory()
        store = try Store(home: LaunchHome(path: folder.file("home")))
        let text = """
            environment: {type: mock}
            registry: {type: mock, folder: \(folder.path)}
            builder: \(builder.replacing("{type: mock", with: "{type: mock, folder: \(folder.path)"))
            runner: {type: mock, folder: \(folder.path)}
            """
        let config = try LaunchConfig(
            Document(text: text, name: "launch-config.yaml"), catalog: Self.catalog)
        backends = try Backends(config, catalog: Self.catalog, variables: [:], log: .silent)
    }

    func queue(_ name: String, _ template: [String: JSONValue] = [:], limits: QueueLimits? = nil) async throws {
        try await store.createQueue(
            QueueDefinition(
                name: name, resource: "mock", template: .object(template), variables: .array([]), limits: limits))
    }

    @discardableResult
    func submit(
        _ queue: String, _ template: [String: JSONValue] = [:], source: Source = .image("mock.invalid/a:1"),
        priority: Priority = .medium
    ) async throws -> RunID {
        let spec = LaunchSpec(
            source: source, project: "test", entity: "me", author: "me", resource: "mock", queue: queue,
            priority: priority, overrides: Overrides(resourceArguments: .object(template)))
        return try await store.submit(spec).id
    }

    /// - Parameter isStill: whether the agent's time stands still, so that no wait of a queue ends.
    func agent(
        _ queues: String..., maxJobs: Int? = nil, drain: Bool = true, isStill: Bool = false, start: Date = Date()
    ) -> Agent {
        let clock = HostClock(now: { isStill ? start : Date() }, sleep: HostClock.system.sleep)
        return Agent(
            Agent.Settings(queues: queues, maxJobs: maxJobs, drain: drain), store: store, backends: backends,
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), clock: clock, log: .silent)
    }

    @discardableResult
    func run(_ agent: Agent) async throws -> Agent.End {
        try await agent.run(as: try await store.becomeOwner(kind: "agent"))
    }

    func states(of id: RunID) async throws -> [RunState] {
        try await store.events(of: id).map(\.state)
    }

    /// Waits until the run fulfils the condition, and returns it as it was then. The wait listens to the store's doorbell.
    @discardableResult
    func wait(for id: RunID, _ isReached: (RunRecord) -> Bool) async throws -> RunRecord {
        let listener = try await store.listen()
        defer { listener.close() }
        var rings = listener.rings.makeAsyncIterator()
        while true {
            let run = try await store.run(id)
            if isReached(run) { return run }
            try #require(!run.state.isTerminal, "the run ended: \(run.cause?.message ?? "no cause")")
            guard await rings.next() != nil else { return run }
        }
    }
}
