import Foundation
import LaunchConformance
import LaunchHTTP
import LaunchSubprocess
import TestSupport
import Testing

struct WireTests {
    // MARK: HTTP

    /// A server that counts what reaches it.
    private func server() throws -> (server: TestServer, wire: HTTPWire) {
        let server = try TestServer { request in .text(request.target == "/list" ? "new" : "done") }
        let wire = try HTTPWire(
            to: .port(server.port),
            late: { request, answer in request.target == "/list" ? HTTPWire.Answer(200, text: "old") : nil },
            isSubmit: { $0.target == "/submit" })
        return (server, wire)
    }

    private func get(_ path: String, _ wire: HTTPWire) async throws -> String {
        let client = HTTPClient(configuration: .init(proxy: .direct))
        let response = try await client.send(HTTPRequest(.get, "\(wire.url)\(path)", timeout: .seconds(20)))
        return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
    }

    @Test func `a proxy without a fault passes everything on`() async throws {
        let (server, wire) = try server()
        defer { server.stop() }
        #expect(try await get("/list", wire) == "200 new")
    }

    @Test func `a proxy loses the answer of one submit, which reaches the backend`() async throws {
        let (server, wire) = try server()
        #expect(try await wire.begin(.loseSubmitAnswer))
        #expect(try await get("/list", wire) == "200 new")
        let before = server.requestCount
        await #expect(throws: HTTPError.self) { _ = try await get("/submit", wire) }
        #expect(server.requestCount == before + 1)
        #expect(try await get("/submit", wire) == "200 done")
    }

    @Test func `nothing reaches the backend through an unreachable or throttled proxy`() async throws {
        let (server, wire) = try server()
        #expect(try await wire.begin(.unreachable))
        await #expect(throws: HTTPError.self) { _ = try await get("/list", wire) }
        #expect(try await wire.begin(.throttled))
        #expect(try await get("/list", wire) == "429 ")
        #expect(server.requestCount == 0)
        try await wire.end()
        #expect(try await get("/list", wire) == "200 new")
    }

    @Test func `a proxy gives late lists, and the truth about everything else`() async throws {
        let (server, wire) = try server()
        defer { server.stop() }
        #expect(try await wire.begin(.lateLists))
        #expect(try await get("/list", wire) == "200 old")
        #expect(try await get("/submit", wire) == "200 done")
    }

    // MARK: commands

    /// A program that notes each call in a file, and a wire in front of it.
    private func command(_ folder: TemporaryDirectory) throws -> (wire: CommandWire, program: String) {
        let wire = try CommandWire(
            folder: folder.file("shims"),
            programs: [.init("touch", submits: []), .init("ls", lateOutput: ""), .init("echo", submits: ["new"])],
            unreachable: .init(code: 9, message: "cannot connect"), throttled: .init(code: 8, message: "slow down"))
        return (wire, folder.file("shims"))
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(program, arguments)
        return "\(result.exit) \(result.stdoutText)\(result.stderrText)".trimmingCharacters(in: .newlines)
    }

    @Test func `a command shim runs the real program`() async throws {
        let folder = try TemporaryDirectory()
        let (_, shims) = try command(folder)
        #expect(try await run("\(shims)/echo", ["it", "works"]) == "code(0) it works")
    }

    @Test func `a command shim loses the answer of one submit, which has its effect`() async throws {
        let folder = try TemporaryDirectory()
        let (wire, shims) = try command(folder)
        #expect(try await wire.begin(.loseSubmitAnswer))
        #expect(try await run("\(shims)/echo", ["old"]) == "code(0) old")
        #expect(try await run("\(shims)/touch", [folder.file("made")]) == "code(9) cannot connect")
        #expect(FileManager.default.fileExists(atPath: folder.file("made")))
        #expect(try await run("\(shims)/echo", ["new"]) == "code(0) new")
    }

    @Test func `a command shim fails, throttles, and gives late lists`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("files/one", "1")
        let (wire, shims) = try command(folder)
        #expect(try await wire.begin(.unreachable))
        #expect(try await run("\(shims)/ls", [folder.file("files")]) == "code(9) cannot connect")
        #expect(try await wire.begin(.throttled))
        #expect(try await run("\(shims)/ls", [folder.file("files")]) == "code(8) slow down")
        #expect(try await wire.begin(.lateLists))
        #expect(try await run("\(shims)/ls", [folder.file("files")]) == "code(0) ")
        try await wire.end()
        #expect(try await run("\(shims)/ls", [folder.file("files")]) == "code(0) one")
    }

    @Test func `a fault that a wire does not have is not begun`() async throws {
        let folder = try TemporaryDirectory()
        let wire = try CommandWire(
            folder: folder.path, programs: [.init("ls")], unreachable: .init(message: "cannot connect"))
        #expect(try await !wire.begin(.throttled))
        #expect(try await !wire.begin(.lateLists))
    }
}
