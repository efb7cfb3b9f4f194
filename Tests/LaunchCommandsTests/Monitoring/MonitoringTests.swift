import Foundation
import LaunchConsole
import LaunchHTTPServing
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite("monitoring of an agent")
struct MonitoringTests {
    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9464), ("9464", "127.0.0.1", 9464), ("localhost:0", "127.0.0.1", 0),
        ("0.0.0.0:65535", "0.0.0.0", 65535), ("[::1]:9464", "::1", 9464), ("[::]:1", "::", 1),
    ])
    func `an address has a host that is written out, or is of this machine`(text: String, host: String, port: UInt16) {
        let address = MetricsAddress(text)
        #expect(address?.host == host && address?.port == port)
        #expect(address?.isLoopback == (host == "127.0.0.1" || host == "::1"))
    }

    @Test(arguments: [
        "", ":", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:9464",
        "[::1]", "[127.0.0.1]:1", "example.com:9464", "*:9464", "127.0.0.1:9464 ", "1.2.3:4", "[]:1", "127.1:1",
    ])
    func `another text is no address`(text: String) async throws {
        #expect(MetricsAddress(text) == nil)
        let desk = try Desk()
        let answer = await desk.run(words: ["agent", "-q", "q", "--metrics", text])
        #expect(answer.code == .usage)
        #expect(answer.errors.contains("--metrics is ADDRESS:PORT, [IPV6]:PORT or PORT, such as 127.0.0.1:9464"))
    }

    /// An agent that is not started, and its collector.
    private func agent(_ desk: Desk) throws -> (Agent, MetricsCollector) {
        let config = try LaunchConfig(
            Document(text: LogFormTests.config(desk.folder.path), name: "c.yaml"), catalog: TestCatalog.catalog)
        let store = try desk.store()
        let agent = Agent(
            Agent.Settings(queues: ["q"], drain: true), store: store,
            backends: try Backends(config, catalog: TestCatalog.catalog, variables: [:], log: .silent),
            contexts: SourceContexts(store: SourceStore(folder: store.home.sources)), log: .silent)
        return (agent, MetricsCollector(agent, store: store, limit: .seconds(180), log: .silent))
    }

    private func answer(_ request: String, _ server: HTTPServer) async -> String {
        await RawClient.answer(to: "\(request) HTTP/1.1\r\nHost: 127.0.0.1:9464\r\n\r\n", server.port)
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:9464", true), ("127.0.0.1", true), ("192.0.2.1:80", true),
        ("[::1]:9464", true),
        ("page.example", false), ("page.example:9464", false), ("localhost.page.example", false), ("", false),
        ("127.0.0.1.page.example", false), ("[page.example]", false), ("127.0.0.1:9464@page.example", false),
    ])
    func `a page that gives its name the address of this machine gets nothing`(host: String, isAnswered: Bool) throws {
        for text in ["127.0.0.1:9464", "[::1]:9464"] {
            let address = try #require(MetricsAddress(text))
            #expect(address.answers(host: host) == isAnswered)
            #expect(address.answers(host: nil))
        }
        #expect(try #require(MetricsAddress("0.0.0.0:9464")).answers(host: host))
    }

    @Test
    func `the server has three pages for GET and HEAD`() async throws {
        let desk = try Desk()
        _ = await desk.run("queue create q --resource mock")
        // The agent passes its loop at least once before it has ended the run.
        _ = await desk.run("submit -q q --image mock.invalid/a:1")
        let (agent, collector) = try agent(desk)
        let address = try #require(MetricsAddress("127.0.0.1:0"))
        let server = try MonitoringServer.start(address, of: agent.vitals, collector, .silent)
        defer { server.stop() }
        let early = await answer("GET /readyz", server)
        #expect(early.hasPrefix("HTTP/1.1 503 ") && early.hasSuffix("starting: the store has not answered yet\n"))
        #expect(await answer("GET /healthz", server).hasSuffix("\r\n\r\nalive\n"))
        _ = try await agent.run(as: try await desk.store().becomeOwner(kind: "agent"))
        let ready = await answer("GET /readyz?verbose", server)
        #expect(ready.hasPrefix("HTTP/1.1 200 ") && ready.hasSuffix("\r\n\r\nready\n"))
        agent.leave()
        #expect(await answer("GET /readyz", server).contains("leaving: the agent claims no more runs"))

        let metrics = await answer("GET /metrics", server)
        #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(metrics.contains("\nlaunch_runs{queue=\"q\",state=\"succeeded\"} 1.0\n"))
        let open = await answer("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0", server)
        #expect(open.hasSuffix("\n# EOF\n"))
        let head = await answer("HEAD /metrics", server)
        #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
        let post = await answer("POST /metrics", server)
        #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
        #expect(await answer("DELETE /", server).hasPrefix("HTTP/1.1 405 "))
        for other in ["/", "/metrics/", "//metrics", "/%6detrics", "/../metrics"] {
            #expect(await answer("GET \(other)", server).hasPrefix("HTTP/1.1 404 "))
        }
        let page = await RawClient.answer(to: "GET /metrics HTTP/1.1\r\nHost: page.example\r\n\r\n", server.port)
        #expect(page.hasPrefix("HTTP/1.1 421 ") && !page.contains("launch_runs"))
    }

    @Test
    func `a port in use and an address of another machine end the agent with one message`() async throws {
        let used = try HTTPServer(address: "127.0.0.1", port: 0) { _ in nil }
        defer { used.stop() }
        for (address, words) in [
            ("127.0.0.1:\(used.port)", "Address already in use"),
            ("192.0.2.1:0", "Cannot assign requested address"),
        ] {
            let desk = try Desk()
            let answer = await desk.run("agent -q q --metrics \(address)")
            #expect(answer.code == .unavailable)
            #expect(answer.errors.hasPrefix("error: The metrics cannot be served at http://\(address): \(words).\n"))
        }
    }

    @Test
    func `the file for node_exporter is readable for others while the agent runs, and gone afterwards`() async throws {
        let desk = try Desk()
        let (_, collector) = try agent(desk)
        let path = desk.folder.file("launch.prom")
        try await MetricsFile(path: path, collector: collector, log: .silent).begin()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("\nprocess_open_fds ") && !text.contains("# EOF"))

        _ = await desk.run("queue create q --resource mock")
        try desk.folder.write("c.yaml", LogFormTests.config(desk.folder.path))
        let answer = await desk.run("agent -q q --drain -c \(desk.folder.file("c.yaml")) --metrics-file \(path)")
        #expect(answer.code == .ok)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).allSatisfy {
                !$0.hasSuffix(".partial")
            })
    }

    @Test
    func `a file of someone else is neither replaced nor removed`() async throws {
        let desk = try Desk()
        let path = desk.folder.file("own.prom")
        try desk.folder.write("own.prom", "own_metric 1\n")
        let refused = await desk.run("agent -q q --metrics-file \(path)")
        #expect(refused.code == .unavailable && refused.errors.contains("exists, and no agent has written it"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "own_metric 1\n")
        let link = desk.folder.file("link.prom")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(await desk.run("agent -q q --metrics-file \(link)").code == .unavailable)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)

        // An agent that was killed leaves its file. Another agent may have replaced the file of this one.
        let (_, collector) = try agent(desk)
        let shared = desk.folder.file("shared.prom")
        let first = MetricsFile(path: shared, collector: collector, log: .silent)
        let second = MetricsFile(path: shared, collector: collector, log: .silent)
        try await first.begin()
        try await second.begin()
        first.remove()
        #expect(FileManager.default.fileExists(atPath: shared))
        second.remove()
        #expect(!FileManager.default.fileExists(atPath: shared))
    }

    @Test
    func `a file that node_exporter would not read, or that cannot be written, is refused`() async throws {
        let desk = try Desk()
        #expect(await desk.run("agent -q q --metrics-file DIR/launch.txt").code == .usage)
        let answer = await desk.run("agent -q q --metrics-file \(desk.folder.file("none/launch.prom"))")
        #expect(answer.code == .unavailable)
        #expect(answer.errors.contains("cannot write DIR/none/launch.prom: No such file or directory"))
    }
}
