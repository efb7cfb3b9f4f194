import EngineTestSupport
import Foundation
import LaunchContainerEngine
import Synchronization
import TestSupport
import Testing

/// Hostile replies of a server at the engine's socket.
@Suite("Attempts by an engine", .timeLimit(.minutes(30)))
struct EngineAttempts {
    /// A socket with the engine's replies, changed by `change`.
    static func proxy(
        in folder: TemporaryDirectory, _ change: @escaping HostileProxy.Change
    ) async throws -> (proxy: HostileProxy, host: String) {
        guard case .unix(let socket) = try await EngineFixture.engine().address else {
            throw TestServer.CannotListen()
        }
        let path = folder.file("e.sock")
        return (try HostileProxy(to: .socket(socket), unixSocket: path, change), "unix://\(path)")
    }

    /// Sets all JSON members of a name to a value.
    private static func set(_ member: String, _ value: String, in answer: inout ProxiedAnswer) {
        AWSAttempts.set(member, value, in: &answer)
    }

    /// Whether the reply describes an ended container. A wrong reply before the start belongs to the submit.
    private static func hasExited(_ answer: ProxiedAnswer) -> Bool {
        String(decoding: answer.body, as: UTF8.self).contains("\"Status\":\"exited\"")
    }

    private static func isInspection(_ request: TestRequest) -> Bool {
        request.method == "GET" && request.target.contains("/containers/") && request.target.hasSuffix("/json")
    }

    /// Runs a script with `launch run`, through a proxy that changes the engine's replies.
    private func run(_ script: String, _ change: @escaping HostileProxy.Change) async throws -> (Answer, RunFacts) {
        let folder = try TemporaryDirectory()
        let (proxy, host) = try await Self.proxy(in: folder, change)
        defer { proxy.stop() }
        return try await World.with { world in
            let answer = try await world.launch(["run"] + world.script(script), setting: ["DOCKER_HOST": host])
            let facts = try await world.succeeding("list", "--json").json([RunFacts].self)
            return (answer, try #require(facts.first))
        }
    }

    @Test(
        .needsEngine,
        arguments: ["-9223372036854775808", "9223372036854775807"])
    func `an extreme exit code of 64 bits does not trap and does not count as success`(_ code: String) async throws {
        let (answer, run) = try await run("exit 0") { request, answer in
            if Self.isInspection(request) { Self.set("ExitCode", code, in: &answer) }
        }
        #expect(answer.code == 1 && run.state == "failed", "\(answer)")
    }

    @Test(.needsEngine)
    func `an exit code beyond 64 bits is ignored, and the run ends with the engine's true reply`()
        async throws
    {
        let lies = Mutex(5)
        let (answer, run) = try await run("exit 3") { request, answer in
            guard Self.isInspection(request), Self.hasExited(answer),
                lies.withLock({
                    $0 -= 1; return $0 >= 0
                })
            else { return }
            Self.set("ExitCode", "9223372036854775808", in: &answer)
        }
        // The log may have been requested during the wrong replies. The run itself has its true end.
        #expect([1, 69].contains(answer.code) && run.exitCode == 3, "\(answer)")
    }

    @Test(
        .needsEngine,
        arguments: ["9223372036854775807", "-9223372036854775808"])
    func `memory and times at the limits do not trap`(_ number: String) async throws {
        let (answer, run) = try await run("exit 4") { request, answer in
            guard Self.isInspection(request) else { return }
            Self.set("Memory", number, in: &answer)
            Self.set("StartedAt", "\"9999-99-99T99:99:99.\(number)Z\"", in: &answer)
        }
        #expect(answer.code == 1 && run.exitCode == 4, "\(answer)")
    }

    @Test(.needsEngine)
    func `an end time in the future does not keep a killed run from ending`() async throws {
        let (answer, run) = try await run("exit 137") { request, answer in
            guard Self.isInspection(request) else { return }
            Self.set("Memory", "1048576", in: &answer)
            Self.set("FinishedAt", "\"2261-01-01T00:00:00Z\"", in: &answer)
        }
        #expect(answer.code == 1 && run.exitCode == 137, "\(answer)")
    }

    @Test(
        .needsEngine,
        arguments: ["nan", "inf", "1e300", "-1", ""])
    func `an invalid time limit in a label limits nothing`(_ limit: String) async throws {
        let (answer, run) = try await run("sleep 0.3; exit 5") { request, answer in
            guard request.method == "GET", request.target.contains("/containers/") else { return }
            let text = String(decoding: answer.body, as: UTF8.self)
            answer.body = [UInt8](
                text.replacing("\"launch.run\":", with: "\"launch.time_limit\":\"\(limit)\",\"launch.run\":").utf8)
        }
        #expect(answer.code == 1 && run.exitCode == 5, "\(answer)")
    }

    @Test(
        .needsEngine,
        arguments: [[UInt8](repeating: 0xff, count: 64), [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x41]])
    func `a log without valid frames, or with a frame of 4 GiB, is reported, and the run ends`(_ bytes: [UInt8])
        async throws
    {
        let (answer, run) = try await run("echo hello; exit 6") { request, answer in
            if request.target.contains("/logs?") { answer.body = bytes }
        }
        #expect([1, 69].contains(answer.code), "\(answer)")
        #expect(run.state == "failed" || run.state == "running", "\(run)")
    }

    @Test(.needsEngine)
    func `wrong replies about one container do not keep another run from ending`() async throws {
        let folder = try TemporaryDirectory()
        let target = Mutex<String?>(nil)
        let isAnswered = Mutex(false)
        let (proxy, host) = try await Self.proxy(in: folder) { request, answer in
            guard Self.isInspection(request), let id = target.withLock(\.self) else { return }
            if Self.hasExited(answer), String(decoding: answer.body, as: UTF8.self).contains("launch-\(id)") {
                Self.set("ExitCode", "9223372036854775808", in: &answer)
                isAnswered.withLock { $0 = true }
            }
        }
        defer { proxy.stop() }
        try await World.with { world in
            let wrong = try await world.submit("exit 3")
            let right = try await world.submit("exit 4")
            target.withLock { $0 = wrong }
            let agent = try world.start(
                ["agent", "--drain", "-q", "q", "--max-jobs", "2"], setting: ["DOCKER_HOST": host])
            #expect(try await world.end(of: right).exitCode == 4)
            #expect(await eventually { isAnswered.withLock(\.self) })
            #expect(!["succeeded", "failed", "stopped"].contains(try await world.facts(of: wrong).state))
            target.withLock { $0 = nil }
            #expect(try await agent.end().code == 0)
            #expect(try await world.facts(of: wrong).exitCode == 3)
        }
    }

    @Test(arguments: ["9223372036854775807.1", "1.9223372036854775807", "-1.41", "1", "nan", "99999999999999999999.1"])
    func `with a server that is not an engine, or has an impossible version, doctor ends with a message and 69`(
        _ version: String
    ) async throws {
        let home = try MockHome()
        try home.folder.write(".config/launch/launch-config.yaml", "runner: {type: local-docker}\n")
        let deep = String(repeating: "{\"a\":", count: 200_000)
        let server = try TestServer(unixSocket: home.folder.file("e.sock")) { request in
            .text(request.target.hasSuffix("/_ping") ? "OK" : deep, headers: [("Api-Version", version)])
        }
        defer { server.stop() }
        let doctor = try await home.launch(
            ["doctor"], setting: ["DOCKER_HOST": "unix://\(home.folder.file("e.sock"))"])
        #expect(doctor.code == 69, "\(doctor)")
        #expect((doctor.output + doctor.errors).utf8.count < 4_000)
    }
}
