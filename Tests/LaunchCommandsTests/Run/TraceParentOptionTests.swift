import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite("option traceparent, and the key telemetry")
struct TraceParentOptionTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let submit = "submit -q q --image mock.invalid/a:1"

    private func desk(_ config: String = "") async throws -> Desk {
        let desk = try Desk()
        try desk.folder.write("c.yaml", LogFormTests.config(desk.folder.path) + "\n\(config)\n")
        _ = await desk.run("queue create q --resource mock")
        return desk
    }

    private func traceParent(_ desk: Desk, _ answer: Desk.Answer) async throws -> String? {
        let id = try #require(RunID(rawValue: answer.output.filter { !$0.isWhitespace }))
        return try await desk.store().run(id).spec.traceParent
    }

    @Test
    func `a run belongs to the trace of its submitter`() async throws {
        var desk = try await desk()
        #expect(try await traceParent(desk, desk.run("\(Self.submit) --traceparent \(Self.parent)")) == Self.parent)
        #expect(try await traceParent(desk, desk.run(Self.submit)) == nil)
        desk.variables["TRACEPARENT"] = Self.parent
        #expect(try await traceParent(desk, desk.run(Self.submit)) == Self.parent)
    }

    @Test
    func `a wrong option is refused, and a wrong variable begins a new trace`() async throws {
        var desk = try await desk("telemetry: {otlp: \"http://127.0.0.1:4318\"}")
        let answer = await desk.run("\(Self.submit) --traceparent 00-1-2-3")
        #expect(answer.code == .usage && answer.errors.contains("--traceparent is not a header of W3C Trace Context"))
        desk.variables["TRACEPARENT"] = "00-1-2-3"
        let made = await desk.run("\(Self.submit) -c \(desk.folder.file("c.yaml"))")
        let begun = try #require(try await traceParent(desk, made).flatMap { TraceParent($0) })
        let id = try #require(RunID(rawValue: made.output.filter { !$0.isWhitespace }))
        #expect(begun.isSampled && begun.of(id) == begun)
    }

    @Test(arguments: [
        "collector:4318", "ftp://collector", "http://", "http://user:secret@collector:4318", "http://c?token=x", "\"\"",
        "http://a b",
    ])
    func `a collector that cannot be used is an error of the configuration`(url: String) async throws {
        let desk = try await desk("telemetry: {otlp: \"\(url.filter { $0 != "\"" })\"}")
        let answer = await desk.run("config check \(desk.folder.file("c.yaml"))")
        #expect(answer.code == .configuration)
        #expect(answer.errors.contains("\"otlp\" must be the URL of a collector without user and query"), "\(answer)")
        #expect(!answer.errors.contains("secret") || answer.errors.contains("***"))
    }

    @Test
    func `telemetry without a collector, and with another key, is an error`() async throws {
        for block in ["telemetry: {}", "telemetry: {otlp: \"http://c\", otpl: x}", "telemetry: http://c"] {
            let desk = try await desk(block)
            #expect(await desk.run("config check \(desk.folder.file("c.yaml"))").code == .configuration, "\(block)")
        }
    }
}
