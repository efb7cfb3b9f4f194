import Foundation
import LaunchHost
import LaunchMetrics
import Synchronization
import TestSupport
import Testing

@testable import LaunchAgent

@Suite("trace exporter")
struct TraceExporterTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    /// Runs a traced run of the mock, and exports it to a collector that answers with `statuses`, then with 200.
    private func exported(
        _ template: [String: JSONValue] = [:], parent: String? = parent, statuses: [Int] = [],
        headers: [String: Secret] = [:]
    ) async throws -> (requests: [TestRequest], run: RunRecord, metrics: String) {
        let bench = try AgentBench()
        try await bench.queue("q")
        let spec = LaunchSpec(
            source: .image("mock.invalid/a:1"), project: "p", entity: "me", author: "me", resource: "mock", queue: "q",
            overrides: Overrides(resourceArguments: .object(template)), traceParent: parent)
        let id = try await bench.store.submit(spec).id
        let left = Mutex(statuses)
        let requests = Mutex<[TestRequest]>([])
        let collector = try TestServer { request in
            requests.withLock { $0.append(request) }
            return .text("{}", status: left.withLock { $0.isEmpty ? 200 : $0.removeFirst() })
        }
        let metrics = AgentMetrics()
        let exporter = TraceExporter(
            to: collector.url, headers: headers, version: "1.2.3", store: bench.store, metrics: metrics,
            clock: HostClock(now: { Date() }, sleep: { _ in await Task.yield() }), log: .silent)
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        exporter.ended(run)
        exporter.close()
        await exporter.run()
        return (requests.withLock(\.self), run, metrics.registry.text(.prometheus))
    }

    @Test
    func `the stages of a run are spans of its trace`() async throws {
        let (requests, run, metrics) = try await exported(["exit_code": .integer(7)])
        let request = try #require(requests.first)
        #expect(requests.count == 1 && request.method == "POST" && request.target == "/v1/traces")
        #expect(request.header("Content-Type") == "application/json")
        let document = try JSONValue(parsing: request.text)
        let resource = try #require(document["resourceSpans"]?.arrayValue?.first)
        let spans = try #require(resource["scopeSpans"]?.arrayValue?.first?["spans"]?.arrayValue)
        #expect(spans.allSatisfy { $0["traceId"]?.stringValue == "4bf92f3577b34da6a3ce929d0e0e4736" })
        #expect(Set(spans.compactMap { $0["spanId"]?.stringValue }).count == spans.count)
        let whole = try #require(spans.first)
        #expect(whole["parentSpanId"]?.stringValue == "00f067aa0ba902b7")
        #expect(whole["status"]?["code"]?.integerValue == 2)
        #expect(whole["startTimeUnixNano"]?.stringValue == "\(run.submittedAt.milliseconds)000000")
        let stages = spans.dropFirst()
        #expect(stages.allSatisfy { $0["parentSpanId"] == whole["spanId"] })
        let names = stages.compactMap { $0["name"]?.stringValue }
        #expect(
            names.starts(with: ["queued", "claimed", "preparing", "submitting", "starting"])
                && !names.contains("failed"))
        // Each stage begins where the one before it ends.
        for (stage, next) in zip(stages, stages.dropFirst()) {
            #expect(stage["endTimeUnixNano"] == next["startTimeUnixNano"])
        }
        #expect(metrics.contains("launch_traces_total{result=\"sent\"} 1.0"))
        // The program of the run continues the trace below the span of the run.
        let variables = try #require(run.resolved).launchVariables()
        #expect(
            variables["TRACEPARENT"] == "00-4bf92f3577b34da6a3ce929d0e0e4736-\(whole["spanId"]?.stringValue ?? "")-01")
    }

    @Test
    func `requests have the headers of the configuration, also when they are repeated`() async throws {
        let (requests, _, _) = try await exported(
            statuses: [503], headers: ["Authorization": Secret(unmasked: "Bearer x"), "X-Team": Secret(unmasked: "ml")])
        #expect(requests.count == 2)
        for request in requests {
            #expect(request.header("Authorization") == "Bearer x" && request.header("X-Team") == "ml")
            #expect(request.header("Content-Type") == "application/json")
        }
    }

    @Test
    func `a trace that begins with the run has no span above it`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.submit("q")
        try await bench.run(bench.agent("q"))
        var run = try await bench.store.run(id)
        run.spec.traceParent = TraceParent.random(for: id).description
        let ended = try #require(RunSpans.Ended(run))
        let document = RunSpans(run: ended, events: try await bench.store.events(of: id), version: "1").document
        let spans = document["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue?.first?["spans"]?.arrayValue
        #expect(spans?.first?["parentSpanId"]?.stringValue == "")
        #expect(spans?.last?["parentSpanId"] == spans?.first?["spanId"])
    }

    @Test
    func `a collector that is busy is asked again, and one that refuses is not`() async throws {
        let busy = try await exported(statuses: [503, 429])
        #expect(busy.requests.count == 3 && busy.metrics.contains("launch_traces_total{result=\"sent\"} 1.0"))
        let refusing = try await exported(statuses: [400])
        #expect(refusing.requests.count == 1 && refusing.metrics.contains("launch_traces_total{result=\"failed\"} 1.0"))
        let away = try await exported(statuses: [503, 503, 503, 503, 503])
        #expect(away.requests.count == 5 && away.metrics.contains("launch_traces_total{result=\"failed\"} 1.0"))
    }

    @Test(arguments: [nil, "wrong", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"])
    func `a run without a trace, or whose caller does not record it, is not sent`(parent: String?) async throws {
        let (requests, _, metrics) = try await exported(parent: parent)
        #expect(requests.isEmpty && !metrics.contains("launch_traces_total"))
    }

    @Test
    func `runs that do not fit the queue are dropped at once`() async throws {
        let bench = try AgentBench()
        try await bench.queue("q")
        let id = try await bench.store.submit(
            LaunchSpec(
                source: .image("mock.invalid/a:1"), project: "p", entity: "me", author: "me", resource: "mock",
                queue: "q", traceParent: Self.parent)
        ).id
        try await bench.run(bench.agent("q"))
        let run = try await bench.store.run(id)
        let metrics = AgentMetrics()
        let exporter = TraceExporter(
            to: "http://127.0.0.1:9", version: "1", store: bench.store, metrics: metrics, log: .silent)
        for _ in 0..<TraceExporter.mostWaiting + 3 { exporter.ended(run) }
        #expect(metrics.registry.text(.prometheus).contains("launch_traces_total{result=\"dropped\"} 3.0"))
    }
}
