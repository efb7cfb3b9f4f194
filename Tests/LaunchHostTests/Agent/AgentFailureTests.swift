import Foundation
import LaunchHost
import LaunchMock
import TestSupport
import LaunchConcurrency
import Testing

@Suite("agent, failures")
struct AgentFailureTests {
    @Test
    func `a submit that fails once is retried; the run succeeds and ran once`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let once = try await bench.submit("q", ["submit": .string("fail-once")])
        let lost = try await bench.submit("q", ["submit": .string("lose-answer")])
        try await bench.run(bench.agent("q"))
        for id in [once, lost] {
            #expect(try await bench.store.run(id).state == .succeeded)
            await #expect(try bench.states(of: id).filter { $0 == .starting }.count == 1)
        }
    }

    @Test
    func `a submit that the backend rejects fails the run, with the backend's message`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q", ["submit": .string("fail-always"), "submit_error": .string("denied")])
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        #expect(run.state == .failed)
        #expect(run.cause?.code == .submit)
        #expect(run.cause?.message.contains("configured to fail") == true)
    }

    @Test(arguments: ["capacity", "quota"])
    func `a lack of capacity requeues the run with a delay; it does not fail`(category: String) async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q", ["submit": .string("fail-always"), "submit_error": .string(category)])
        let agent = bench.agent("q")
        async let end = bench.run(agent)
        // Later it may have been claimed again.
        let run = try await bench.wait(for: id) { $0.state == .queued && $0.attempts == 1 }
        agent.leave()
        #expect(try await end == .left)
        #expect(run.cause?.code.rawValue == category)
        #expect(run.notBefore != nil)
    }

    @Test
    func `credentials that the backend does not accept hold the queue; no run fails`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        try await bench.queue("other")
        let id = try await bench.submit(
            "q", ["submit": .string("fail-always"), "submit_error": .string("unauthenticated")])
        let agent = bench.agent("q", "other", maxJobs: 1, isStill: true)
        async let end = bench.run(agent)
        try await bench.wait(for: id) { $0.state == .queued && $0.attempts == 1 }
        // The queue is held when these come, and the other queue is served.
        let next = try await bench.submit("q")
        let other = try await bench.submit("other")
        try await bench.wait(for: other) { $0.state == .succeeded }
        agent.leave()
        #expect(try await end == .left)
        #expect(try await bench.store.run(id).notBefore != nil)
        await #expect(try bench.states(of: next) == [.queued])
    }

    @Test
    func `an error of the configuration keeps the runs queued, and a drain ends with it`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        try await bench.queue("other")
        let wrong: [String: JSONValue] = ["submit": .string("fail-always"), "submit_error": .string("configuration")]
        let runs = try await (0..<3).asyncMap { _ in try await bench.submit("q", wrong) }
        let other = try await bench.submit("other")
        guard case .held(let queues) = try await bench.run(bench.agent("q", "other", maxJobs: 1, isStill: true)) else {
            let runs = try await bench.store.runs().map(\.state)
            Issue.record("the agent does not name the held queue: \(runs)")
            return
        }
        #expect(queues.mapValues(\.category) == ["q": .configuration])
        for run in runs { #expect(try await bench.store.run(run).state == .queued) }
        // Two runs confirm that no single run is the cause.
        #expect(try await runs.asyncMap { try await bench.store.run($0).attempts }.reduce(0, +) == 2)
        #expect(try await bench.store.run(other).state == .succeeded)
    }

    @Test
    func `a run whose own options are refused as configuration delays no other run, and fails`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let wrong: [String: JSONValue] = ["submit": .string("fail-always"), "submit_error": .string("configuration")]
        let own = try await bench.submit("q", wrong)
        let others = try await (0..<3).asyncMap { _ in try await bench.submit("q") }
        // The agent's time stands still, so no wait of the queue ends. It is early, so the run itself does not wait.
        let agent = bench.agent("q", maxJobs: 1, isStill: true, start: Date() - 3600)
        #expect(try await bench.run(agent) == .done)
        for run in others { #expect(try await bench.store.run(run).state == .succeeded) }
        let run = try await bench.store.run(own)
        #expect(run.state == .failed && run.cause?.code == .invalidRequest, "\(run)")
        #expect(run.cause?.message.contains("configured to fail") == true)
        #expect(run.attempts == 1)
    }

    @Test
    func `a rehearsal that is impossible fails its run at once, and the queue is not held`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let spec = LaunchSpec(
            source: .image("mock.invalid/a:1"), project: "test", entity: "me", author: "me", resource: "mock",
            queue: "q", priority: .medium, rehearse: true)
        let rehearsal = try await bench.store.submit(spec).id
        let other = try await bench.submit("q")
        #expect(try await bench.run(bench.agent("q", maxJobs: 1, isStill: true)) == .done)
        let run = try await bench.store.run(rehearsal)
        #expect(run.state == .failed && run.cause?.code == .invalidRequest, "\(run)")
        #expect(run.cause?.message.contains("no local runner to rehearse on") == true)
        #expect(run.attempts == 0)
        #expect(try await bench.store.run(other).state == .succeeded)
    }

    @Test
    func `a runner that needs a block keeps the runs queued without it`() async throws {
        let plugin = Plugin<any Runner>(
            type: "strict", summary: "Needs a key.",
            fields: [Field("account", .string, required: true, example: "abc", help: "The account.")]
        ) { (options, context) throws(BackendError) in try MockPlugins.runner.base.make(Options(), context) }
        let catalog = PluginCatalog(
            environments: [MockPlugins.environment], registries: [MockPlugins.registry],
            builders: [MockPlugins.builder],
            runners: [MockPlugins.runner, RunnerPlugin(plugin, template: [], defaultTemplate: "")])
        let bench = try AgentBench()
        let config = try LaunchConfig(
            Document(
                text: """
                    environment: {type: mock}
                    registry: {type: mock, folder: \(bench.folder.path)}
                    builder: {type: mock, folder: \(bench.folder.path)}
                    """, name: "launch-config.yaml"), catalog: catalog)
        let backends = try Backends(config, catalog: catalog, variables: [:], log: .silent)
        try await bench.store.createQueue(
            QueueDefinition(name: "q", resource: "strict", template: .object([:]), variables: .array([])))
        let spec = LaunchSpec(
            source: .image("mock.invalid/a:1"), project: "test", entity: "me", author: "me", resource: "strict",
            queue: "q", priority: .medium)
        let id = try await bench.store.submit(spec).id
        let agent = Agent(
            Agent.Settings(queues: ["q"], maxJobs: nil, drain: true), store: bench.store, backends: backends,
            contexts: SourceContexts(store: SourceStore(folder: bench.store.home.sources)), log: .silent)
        let end = try await bench.run(agent)
        guard case .held(let queues) = end else {
            Issue.record("the agent does not name the held queue: \(end)")
            return
        }
        #expect(queues["q"]?.message.contains("needs a block in launch-config.yaml") == true, "\(queues)")
        #expect(queues["q"]?.message.contains("\"account\" is missing in runner (type: strict)") == true, "\(queues)")
        #expect(try await bench.store.run(id).state == .queued)
    }

    @Test
    func `an invalid request fails the run before anything is submitted`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q", ["time_limit": .string("0.5s")])
        let misspelt = try await bench.submit("q", ["run_fr": .integer(1)])
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        #expect(run.state == .failed)
        #expect(run.cause?.code == .invalidRequest)
        #expect(run.cause?.message.contains("time_limit") == true)
        #expect(run.handle == nil)
        #expect(try await bench.store.run(misspelt).cause?.message.contains("did you mean \"run_for\"?") == true)
    }

    @Test
    func `a missing image fails the run, and the cause names it`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q", source: .image("mock.invalid/a:launch-0123"))
        try await bench.run(bench.agent("q"))
        #expect(try await bench.store.run(id).cause?.code == .image)
    }

    @Test(arguments: [("denied", RunState.failed), ("transient", .queued)])
    func `an image that cannot be prepared fails the run before its submit, or requeues it if the error is transient`(
        _ error: String, _ state: RunState
    ) async throws {
        let bench = try AgentBench()
        try await bench.queue("q", ["prepare_error": .string(error)])
        let id = try await bench.submit("q")
        let agent = bench.agent("q")
        async let end = bench.run(agent)
        try await bench.wait(for: id) { $0.cause != nil }
        let run = try await bench.store.run(id)
        #expect(run.state == state && run.cause?.code == .image && run.request == nil, "\(run)")
        if state == .queued { _ = try await bench.store.requestStop(id, graceSeconds: 1) }
        _ = try await end
    }

    @Test
    func `a stop ends a queued, a building, a preparing and a running run`() async throws {
        let bench = try AgentBench(builder: "{type: mock, takes: 1h}")
        try await bench.queue("q", ["run_for": .integer(900)])
        let context = try TemporaryDirectory()
        try context.write("Dockerfile", "FROM scratch\n")
        let source = try await SourceStore(folder: bench.store.home.sources)
            .snapshot(of: context.path, dockerfile: "Dockerfile").source
        let building = try await bench.submit("q", source: .code(source))
        let running = try await bench.submit("q")
        let preparing = try await bench.submit("q", ["prepare_for": .integer(900)])
        let waiting = try await bench.submit("q")
        let agent = bench.agent("q", maxJobs: 3)
        async let end = bench.run(agent)
        try await bench.wait(for: running) { $0.state == .running }
        try await bench.wait(for: building) { $0.state == .building }
        try await bench.wait(for: preparing) { $0.image != nil }
        for id in [waiting, building, running, preparing] { _ = try await bench.store.requestStop(id, graceSeconds: 1) }
        #expect(try await end == .done)
        for id in [building, running, waiting, preparing] {
            let run = try await bench.store.run(id)
            #expect(run.state == .stopped, "\(run)")
            #expect(run.cause?.code == .userStop)
            #expect(run.cause?.message.contains(", as \(SystemUser.atHost) asked.") == true, "\(run)")
        }
    }

    @Test
    func `a run that ignores the stop is killed; its state is stopped, not failed`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q", ["run_for": .integer(900), "ignores_stop": .bool(true)])
        let id = try await bench.submit("q")
        async let end = bench.run(bench.agent("q"))
        try await bench.wait(for: id) { $0.state == .running }
        _ = try await bench.store.requestStop(id, graceSeconds: 1)
        #expect(try await end == .done)
        let run = try await bench.store.run(id)
        #expect(run.state == .stopped)
        #expect(run.cause?.exitCode == 137)
    }

    @Test
    func `a run over its time limit is stopped, and the cause says so`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q", ["run_for": .integer(900), "time_limit": .integer(1)])
        let id = try await bench.submit("q")
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        #expect(run.state == .stopped)
        #expect(run.cause?.code == .timeLimit)
    }

    @Test
    func `the second run of the same source builds nothing`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let context = try TemporaryDirectory()
        try context.write("Dockerfile", "FROM scratch\n")
        let store = SourceStore(folder: bench.store.home.sources)
        let first = try await bench.submit(
            "q", source: .code(try await store.snapshot(of: context.path, dockerfile: "Dockerfile").source))
        try await bench.run(bench.agent("q"))
        let second = try await bench.submit(
            "q", source: .code(try await store.snapshot(of: context.path, dockerfile: "Dockerfile").source))
        try context.write("train.py", "print(1)\n")
        let third = try await bench.submit(
            "q", source: .code(try await store.snapshot(of: context.path, dockerfile: "Dockerfile").source))
        try await bench.run(bench.agent("q"))
        let decisions = try await [first, second, third].asyncMap { try await bench.store.run($0).imageDecision ?? "" }
        #expect(decisions[0].contains("built as"))
        #expect(decisions[1].contains("already built"))
        #expect(decisions[2].contains("built as") && !decisions[2].contains("already"))
        #expect(try await bench.store.run(first).image == bench.store.run(second).image)
    }
}
