import Foundation
import LaunchHost
import TestSupport
import LaunchConcurrency
import Testing

@Suite("agent")
struct AgentTests {
    @Test
    func `a draining agent ends every run once, with its exit code and its log`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let good = try await (0..<10).asyncMap { _ in try await bench.submit("q", ["log_lines": .integer(3)]) }
        let bad = try await bench.submit("q", ["exit_code": .integer(7)])
        #expect(try await bench.run(bench.agent("q", maxJobs: 3)) == .done)
        for id in good {
            let run = try await bench.store.run(id)
            #expect(run.state == .succeeded)
            let states = try await bench.states(of: id)
            #expect(states.filter(\.isTerminal).count == 1)
            var lines: [String] = []
            try await RunLogReader(store: bench.store, backends: bench.backends).read(id, follow: false) {
                lines += $0.map(\.text)
            }
            #expect(lines == ["line 1", "line 2", "line 3"])
        }
        let failed = try await bench.store.run(bad)
        #expect(failed.state == .failed)
        #expect(failed.cause?.code == .exit)
        #expect(failed.cause?.exitCode == 7)
        #expect(try await bench.store.unreleased().isEmpty)
    }

    @Test
    func `only a run from source has the state building, even after a requeue`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let context = try TemporaryDirectory()
        try context.write("Dockerfile", "FROM scratch\n")
        let source = try await SourceStore(folder: bench.store.home.sources)
            .snapshot(of: context.path, dockerfile: "Dockerfile").source
        let image = try await bench.submit("q")
        let code = try await bench.submit("q", source: .code(source))
        try await bench.run(bench.agent("q"))
        await #expect(try bench.states(of: image).prefix(4) == [.queued, .claimed, .preparing, .submitting])
        await #expect(try bench.states(of: code).prefix(4) == [.queued, .claimed, .building, .submitting])
    }

    @Test
    func `an agent holds at most max_jobs runs at once`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q", ["run_for": .string("0.05s")])
        for _ in 0..<12 { try await bench.submit("q") }
        try await bench.run(bench.agent("q", maxJobs: 2))
        var live = 0
        var most = 0
        for event in try await bench.store.events() {
            if event.state == .claimed { live += 1 }
            if event.state.isTerminal { live -= 1 }
            most = max(most, live)
        }
        #expect(most == 2)
    }

    @Test
    func `agents together hold at most the instances that a queue permits, and build nothing for a run that waits`()
        async throws
    {
        let bench = try AgentBench()
        try await bench.queue(
            "q", ["run_for": .string("0.05s"), "instance_type": .string("large")],
            limits: QueueLimits(perInstanceType: ["large": 2]))
        for _ in 0..<8 { try await bench.submit("q") }
        let wide = try await bench.submit("q", ["instance_count": .integer(2)])
        let endless = try await bench.submit("q", ["instance_count": .integer(3)])
        async let other = bench.run(bench.agent("q"))
        #expect(try await bench.run(bench.agent("q")) == .done)
        #expect(try await other == .done)
        var instances: [RunID: Int] = [:]
        var most = 0
        for event in try await bench.store.events() where event.runID != endless {
            if event.state == .preparing { instances[event.runID] = event.runID == wide ? 2 : 1 }
            if event.state.isTerminal { instances[event.runID] = nil }
            most = max(most, instances.values.reduce(0, +))
        }
        #expect(most == 2)
        #expect(try await bench.store.counts()[.succeeded] == 9)
        let refused = try await bench.store.run(endless)
        #expect(refused.state == .failed && refused.cause?.code == .invalidRequest && refused.image == nil)
        #expect(
            refused.cause?.message.contains(
                "instance_count: the run needs 3 instances of large, and the limit of its queue is 2") == true)
    }

    @Test(.timeLimit(.minutes(30)), arguments: [(builds: false, most: 128), (builds: true, most: 32)])
    func `many prebuilt runs wait for calls at once, and fewer builds run at once:`(builds: Bool, most: Int)
        async throws
    {
        let bench = try AgentBench(builder: "{type: mock, takes: 1h}")
        try await bench.queue("q", ["prepare_for": .string("1h")])
        let context = try TemporaryDirectory()
        try context.write("Dockerfile", "FROM scratch\n")
        let code = try await SourceStore(folder: bench.store.home.sources)
            .snapshot(of: context.path, dockerfile: "Dockerfile").source
        for _ in 0..<most + 5 { try await bench.submit("q", source: builds ? .code(code) : .image("mock.invalid/a:1")) }
        let agent = bench.agent("q", drain: false)
        let life = Task { try await bench.run(agent) }
        let isFull = try await eventually {
            try await bench.store.counts()[builds ? .building : .preparing] == most
        }
        #expect(isFull)
        await #expect(try bench.store.counts()[.queued] == 5)
        life.cancel()
        #expect(try await life.value == .left)
    }

    @Test
    func `an agent serves its queues in turn`() async throws {
        let bench = try AgentBench()
        for name in ["a", "b", "c"] {
            try await bench.queue(name)
            for _ in 0..<4 { try await bench.submit(name) }
        }
        try await bench.run(bench.agent("a", "b", "c", maxJobs: 1))
        let order = try await bench.store.events().filter { $0.state == .claimed }
            .asyncMap { try await bench.store.run($0.runID).queue }.compactMap(\.self)
        #expect(order.count == 12)
        for start in stride(from: 0, to: order.count, by: 3) {
            #expect(Set(order[start..<min(start + 3, order.count)]) == ["a", "b", "c"])
        }
    }

    @Test
    func `an agent claims runs of higher priority first`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let low = try await bench.submit("q", priority: .low)
        let medium = try await bench.submit("q")
        let critical = try await bench.submit("q", priority: .critical)
        try await bench.run(bench.agent("q", maxJobs: 1))
        let order = try await bench.store.events().filter { $0.state == .claimed }.map(\.runID)
        #expect(order == [critical, medium, low])
    }

    @Test
    func `an agent claims nothing from a paused queue, and claims its runs after a resume`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        try await bench.store.setPaused(true, queue: "q")
        let id = try await bench.submit("q")
        #expect(try await bench.run(bench.agent("q")) == .done)
        #expect(try await bench.store.run(id).state == .queued)
        try await bench.store.setPaused(false, queue: "q")
        try await bench.run(bench.agent("q"))
        #expect(try await bench.store.run(id).state == .succeeded)
    }

    @Test
    func `an agent claims runs that are submitted while it waits`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let agent = bench.agent("q", drain: false)
        async let end = bench.run(agent)
        let id = try await bench.submit("q")
        try await bench.wait(for: id) { $0.state.isTerminal }
        agent.leave()
        #expect(try await end == .left)
        #expect(try await bench.store.run(id).state == .succeeded)
    }

    @Test
    func `an agent leaves without ending its runs, and the next agent completes them`() async throws {
        let bench = try AgentBench()
        let sign = bench.folder.file("sign")
        try await bench.queue("q", ["until": .string(sign), "exit_code": .integer(5)])
        let id = try await bench.submit("q")
        let first = bench.agent("q", drain: false)
        async let end = bench.run(first)
        try await bench.wait(for: id) { $0.state == .running }
        first.leave()
        #expect(try await end == .left)
        #expect(try await bench.store.run(id).state == .running)
        try bench.folder.write("sign", "")
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        #expect(run.state == .failed)
        #expect(run.cause?.exitCode == 5)
        await #expect(try bench.states(of: id).filter { $0 == .submitting }.count == 1)
    }
}
