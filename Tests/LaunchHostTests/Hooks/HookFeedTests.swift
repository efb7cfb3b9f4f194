import Foundation
import Synchronization
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchStore

@Suite("an agent with hooks") struct HookFeedTests {
    private func agent(_ bench: AgentBench, _ hooks: [HookSettings], drain: Bool = true) throws -> Agent {
        let feed = HookFeed(
            try hooks.map { try HookTransport.Hook($0, variables: [:], document: nil) }, queues: ["q"],
            store: bench.store,
            backends: bench.backends, log: .silent)
        return Agent(
            Agent.Settings(queues: ["q"], maxJobs: nil, drain: drain), store: bench.store, backends: bench.backends,
            contexts: SourceContexts(store: SourceStore(folder: bench.store.home.sources)), hooks: feed, log: .silent)
    }

    @Test func `each end is reported once with the log, also that of the last run`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let messages = Mutex<[HookMessage]>([])
        let server = try TestServer { request in
            let message = try? JSON.decode(HookMessage.self, from: Data(request.body))
            messages.withLock { all in message.map { all.append($0) } }
            return TestAnswer(200)
        }
        let hook = HookSettings(
            name: "h", triggers: [.end(.failed), .end(.succeeded)], target: .url(Secret(unmasked: server.url)))
        let good = try await bench.submit("q", ["log_lines": .integer(30)])
        let bad = try await bench.submit("q", ["exit_code": .integer(7)])
        #expect(try await bench.run(agent(bench, [hook])) == .done)
        let found = messages.withLock { $0 }
        #expect(found.map { $0.run?.id }.sorted { ($0 ?? "") < ($1 ?? "") } == [good.rawValue, bad.rawValue].sorted())
        let ended = try #require(found.first { $0.run?.id == good.rawValue })
        #expect(ended.event == "succeeded" && ended.log == (11...30).map { "line \($0)" } && ended.queue == "q")
        let failed = try #require(found.first { $0.run?.id == bad.rawValue })
        #expect(failed.event == "failed" && failed.run?.exitCode == 7 && failed.run?.cause == "exit")
        #expect(try await bench.store.hookSummaries().map(\.delivered) == [2])
    }

    /// A target that never answers delays neither a run nor another hook, and an agent that ends does not wait for it.
    @Test func `a target that hangs holds no run back`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let gate = Gate()
        let asked = Mutex(0)
        let hanging = try TestServer { _ in
            asked.withLock { $0 += 1 }
            return TestAnswer(200, before: [.wait(gate)])
        }
        defer { gate.open() }
        let quick = try TestServer { _ in TestAnswer(200) }
        let hooks = [("slow", hanging.url), ("quick", quick.url)].map { name, url in
            HookSettings(name: name, triggers: [.end(.succeeded)], target: .url(Secret(unmasked: url)))
        }
        let first = try await bench.submit("q")
        let running = Task { try await bench.run(agent(bench, hooks, drain: false)) }
        try await bench.wait(for: first) { $0.state.isTerminal }
        #expect(await eventually { asked.withLock { $0 } > 0 && quick.requestCount > 0 })
        let second = try await bench.submit("q")
        try await bench.wait(for: second) { $0.state.isTerminal }
        running.cancel()
        _ = await running.result
        let summaries = try await bench.store.hookSummaries()
        #expect(summaries.first { $0.hook == "slow" }?.delivered == 0)
    }
}
