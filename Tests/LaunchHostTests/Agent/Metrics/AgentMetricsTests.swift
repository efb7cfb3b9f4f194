import Foundation
import LaunchHost
import LaunchMetrics
import Synchronization
import TestSupport
import Testing

@testable import LaunchAgent

@Suite("agent, metrics")
struct AgentMetricsTests {
    /// The value of a sample in the text of the metrics; nil if it is not there.
    static func value(_ sample: String, in text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }

    @Test
    func `an agent counts its runs from the claim to their ends`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        for _ in 0..<3 { try await bench.submit("q", ["log_lines": .integer(2)]) }
        try await bench.submit("q", ["exit_code": .integer(7)])
        let agent = bench.agent("q", maxJobs: 2)
        try await bench.run(agent)
        let collector = MetricsCollector(agent, store: bench.store, limit: .seconds(180), log: .silent)
        let text = await collector.text(.prometheus)
        for (sample, expected) in [
            (#"launch_claims_total{queue="q"}"#, 4), (#"launch_submits_total{resource="mock",class="ok"}"#, 4),
            (#"launch_run_ends_total{queue="q",state="succeeded",cause="exit"}"#, 3),
            (#"launch_run_ends_total{queue="q",state="failed",cause="exit"}"#, 1),
            (#"launch_queue_wait_seconds_count{queue="q"}"#, 4), ("launch_run_losses_total", 0),
            ("launch_adoptions_total", 0), ("launch_agent_max_runs", 2), (#"launch_agent_runs{phase="watched"}"#, 0),
            (#"launch_queue_held{queue="q"}"#, 0), (#"launch_runs{queue="q",state="succeeded"}"#, 3),
            (#"launch_runs{queue="q",state="queued"}"#, 0), (#"launch_oldest_waiting_run_seconds{queue="q"}"#, 0),
            (#"launch_queue_paused{queue="q"}"#, 0),
        ] {
            #expect(Self.value(sample, in: text) == Double(expected), "\(sample)")
        }
        let observed = Self.value(
            #"launch_observe_duration_seconds_count{backend="mock on mock",class="ok"}"#, in: text)
        #expect(try #require(observed) > 0)
        let logged = Self.value(#"launch_log_bytes_total{kind="run"}"#, in: text)
        #expect(try #require(logged) > 0)
    }

    @Test
    func `builds are counted, and images that were built before`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let context = try TemporaryDirectory()
        try context.write("Dockerfile", "FROM scratch\n")
        let source = try await SourceStore(folder: bench.store.home.sources)
            .snapshot(of: context.path, dockerfile: "Dockerfile").source
        for result in ["built", "found"] {
            try await bench.submit("q", source: .code(source))
            let agent = bench.agent("q")
            try await bench.run(agent)
            let text = agent.metrics.registry.text(.prometheus)
            #expect(Self.value("launch_build_duration_seconds_count{result=\"\(result)\"}", in: text) == 1)
        }
    }

    /// However often a monitor asks, the store is read once in a few seconds.
    @Test
    func `a second text soon after has the same sample of the store`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let agent = bench.agent("q")
        let time = Mutex(Duration.zero)
        let clock = HostClock(now: { Date() }, elapsed: { time.withLock(\.self) }, sleep: HostClock.system.sleep)
        let collector = MetricsCollector(agent, store: bench.store, limit: .seconds(180), clock: clock, log: .silent)
        let queued = #"launch_runs{queue="q",state="queued"}"#
        #expect(Self.value(queued, in: await collector.text(.prometheus)) == 0)
        try await bench.submit("q")
        #expect(Self.value(queued, in: await collector.text(.prometheus)) == 0)
        time.withLock { $0 += MetricsCollector.sampleAge }
        #expect(Self.value(queued, in: await collector.text(.prometheus)) == 1)
    }

    @Test
    func `names of services beyond the limit are counted together`() {
        let metrics = AgentMetrics()
        for number in 0..<10_000 {
            metrics.record(
                ServiceCall(service: "s", operation: "O\(number)", duration: .milliseconds(30)))
        }
        let lines = metrics.registry.text(.prometheus).split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("launch_service_call_duration_seconds_count") } <= 301)
        #expect(
            Self.value(
                #"launch_service_call_duration_seconds_count{service="other",operation="other",class="other"}"#,
                in: lines.joined(separator: "\n")) == 9700)
    }

    @Test
    func `a call has the class of its error, and a throttled one counts twice`() {
        let metrics = AgentMetrics()
        metrics.record(ServiceCall(service: "s", operation: "O", error: .throttled, duration: .seconds(1)))
        metrics.record(ServiceCall(service: "s", operation: "O", error: .notFound, duration: .seconds(1)))
        let text = metrics.registry.text(.prometheus)
        for (name, labels) in [
            ("launch_service_call_duration_seconds_count", #"service="s",operation="O",class="throttled""#),
            ("launch_service_call_duration_seconds_count", #"service="s",operation="O",class="not_found""#),
            ("launch_service_throttles_total", #"service="s",operation="O""#),
        ] { #expect(Self.value("\(name){\(labels)}", in: text) == 1) }
    }

    @Test
    func `every family has a name, a help and labels that a monitor accepts`() {
        let descriptions = AgentMetrics().registry.descriptions
        #expect(Set(descriptions.map(\.name)).count == descriptions.count)
        for family in descriptions {
            #expect(family.name.wholeMatch(of: /(launch|process)_[a-z_]+/) != nil, "\(family.name)")
            #expect(!family.name.hasSuffix("_total") && family.help.hasSuffix("."), "\(family.name)")
            #expect(family.labels.allSatisfy { $0.wholeMatch(of: /[a-z]+/) != nil }, "\(family.name)")
        }
    }
}
