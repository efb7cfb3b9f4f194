import Foundation
import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// `launch wait`, `submit --follow` and `logs -f`: how they report a run, and their exit codes.
@Suite struct WaitCommandTests {
    /// A desk with a queue `q`.
    private func desk() async throws -> Desk {
        let desk = try Desk()
        _ = await desk.run("queue create q -r mock")
        return desk
    }

    private func submit(_ desk: Desk) async -> String {
        await desk.run("submit -q q --image a/b:1").output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Claims the oldest run and ends it.
    private func end(_ desk: Desk, _ state: RunState, _ cause: Cause?) async throws {
        let store = try desk.store()
        let owner = try await store.becomeOwner(kind: "test")
        let run = try #require(try await store.claimNext(queues: ["q"], owner: owner.id))
        try await store.transition(run.id, token: run.fencingToken, to: state, cause: cause)
    }

    @Test(arguments: [
        (RunState.succeeded, Cause(.exit, "exit code 0", exitCode: 0), ExitCode.ok),
        (.failed, Cause(.exit, "exit code 7", exitCode: 7), .runFailed),
        (.failed, Cause(.unavailable, "no engine answers\nat all"), .unavailable),
        (.stopped, Cause(.userStop, "Stopped."), .stopped),
    ])
    func `the exit code and the last line report the run's end`(state: RunState, cause: Cause, code: ExitCode)
        async throws
    {
        let desk = try await desk()
        let id = await submit(desk)
        try await end(desk, state, cause)
        for line in ["wait \(id)", "logs -f \(id)"] {
            let answer = await desk.run(line)
            #expect(answer.code == code, "\(line)")
            #expect(answer.output == "", "\(line)")
            #expect(answer.errors == "run \(id) \(state.rawValue): \(cause.message)\n", "\(line)")
        }
        let logs = await desk.run("logs \(id)")
        #expect(logs.code == .ok && logs.errors == "run \(id) \(state.rawValue): \(cause.message)\n")
        let document = try await desk.run("wait \(id) --json").json()
        #expect(document.arrayValue?.map { $0["state"]?.stringValue } == [state.rawValue])
    }

    @Test
    func `with several runs the worst end determines the exit code`() async throws {
        let desk = try await desk()
        var ids: [String] = []
        for end in [RunState.succeeded, .stopped, .failed] {
            ids.append(await submit(desk))
            try await self.end(desk, end, nil)
        }
        #expect(await desk.run("wait \(ids[0])").code == .ok)
        #expect(await desk.run("wait \(ids[0]) \(ids[1])").code == .stopped)
        #expect(await desk.run("wait \(ids[1]) \(ids[2]) \(ids[0])").code == .runFailed)
    }

    @Test
    func `a wait ends with 75 after its timeout, and says why the run waits`() async throws {
        let desk = try await desk()
        let id = await submit(desk)
        let answer = await desk.run("wait \(id) --timeout 0")
        #expect(answer.code == .tryAgain)
        #expect(
            answer.errors == """
                run \(id) is queued: no agent serves queue 'q'; 'launch agent -q q' starts one
                error: The time limit was reached before the end of 1 run: \(id).
                  hint: The runs continue; 'launch stop RUN' stops one.

                """)
        let wrong = await desk.run("wait \(id) --timeout soon")
        #expect(wrong.code == .usage && wrong.errors.contains("--timeout takes a length of time up to 366 days"))
        #expect(await desk.run("status \(id)").output.contains("waits       no agent serves queue 'q'"))
        #expect(await desk.run("logs \(id)").errors.contains("printed anything yet: no agent serves queue 'q'"))
    }

    @Test(.timeLimit(.minutes(30)))
    func `followers report the end of a run that is stopped meanwhile`() async throws {
        let desk = try await desk()
        let first = await submit(desk)
        async let waiting = desk.run("wait \(first)")
        async let reading = desk.run("logs -f \(first)")
        async let submitting = desk.run("submit -q q --image a/b:1 --follow")
        async let quiet = desk.run("submit -q q --image a/b:1 --follow --json")
        let store = try desk.store()
        #expect(try await eventually { try await store.runs().count == 3 })
        for run in try await store.runs() { _ = try await store.requestStop(run.id) }
        for answer in await [waiting, reading, submitting] {
            #expect(answer.code == .stopped && answer.output == "", "\(answer)")
            #expect(
                answer.errors.contains(
                    " stopped: Stopped while it waited in the queue, as \(SystemUser.atHost) asked."), "\(answer)")
        }
        let document = await quiet
        #expect(document.code == .stopped)
        #expect(try document.json()["state"]?.stringValue == "stopped")
    }

    @Test
    func `logs --json is one array and logs -f --json one object per line; times have milliseconds`() async throws {
        let desk = try await desk()
        let id = await submit(desk)
        try await end(desk, .succeeded, nil)
        let store = try desk.store()
        let folder = try store.home.makeFolder(of: try #require(RunID(rawValue: id)))
        #expect(try await desk.run("logs --json \(id)").json() == .array([]))
        try "1700000000123\to\t-\t.\ta\n1700000000124\te\talgo-2\t.\tb\n"
            .write(toFile: LogArchive.path(in: folder), atomically: true, encoding: .utf8)
        // The desk replaces times.
        let whole = await desk.run("logs --json \(id)")
        #expect(try whole.json().arrayValue?.map { $0["text"]?.stringValue } == ["a", "b"])
        #expect(try whole.json().arrayValue?.map { $0["time"]?.stringValue } == ["TIME", "TIME"])
        let lines = await desk.run("logs -f --json \(id)").output.split(separator: "\n")
        #expect(try lines.map { try JSONValue(parsing: String($0))["host"]?.stringValue } == [nil, "algo-2"])
        try "build | one\nbuild | two\n".write(
            toFile: store.home.buildLog(of: try #require(RunID(rawValue: id))), atomically: true, encoding: .utf8)
        let build = try await desk.run("logs --build --json \(id)").json()
        #expect(build.arrayValue?.map { $0["text"]?.stringValue } == ["build | one", "build | two"])
    }

    @Test(arguments: ["ps", "cancel", "rm", "retry"])
    func `commands of other programs are answered with the equivalent command`(word: String) async throws {
        let answer = try await desk().run(word)
        #expect(answer.code == .usage)
        #expect(answer.errors.contains("unknown command '\(word)' for 'launch'; "))
        #expect(answer.errors.contains("'launch "))
    }

    @Test func `the version is a command and an option`() async throws {
        let desk = try Desk()
        #expect(await desk.run("--version").output == "launch 1.2.3\n")
        #expect(try await desk.run("--version --json").json()["version"]?.stringValue == "1.2.3")
        let wrong = await desk.run("--version list")
        #expect(wrong.code == .usage && wrong.errors.contains("--version is only valid without a command"))
    }
}
