import Foundation
import Glibc
import LaunchHost
import Synchronization
import TestSupport
import Testing

/// Agents that are killed between an event and its delivery. `LAUNCH_HOOK_KILLS` is the number of kills,
/// `LAUNCH_HOOK_SEED` selects their moments.
@Suite("Hooks, and SIGKILL of the agent") struct HookCrashTests {
    private struct Message: Decodable {
        struct Run: Decodable { let id: String }
        let id: String
        let hook: String
        let event: String
        let run: Run?
    }

    /// What the receiver knows, and when it kills.
    private struct Receiver {
        var accepted: [(hook: String, run: String, event: String)] = []
        var random: SeededRandom
        var agent: pid_t = 0
        var kills = 0
    }

    private struct Home: ProgramHome {
        let folder: TemporaryDirectory
        var variables: [String: String] {
            ["HOME": folder.path, "LAUNCH_HOME": folder.file("home"), "TMPDIR": folder.path]
        }
    }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
    private static let kills = number("LAUNCH_HOOK_KILLS") ?? 200
    private static let seed = UInt64(number("LAUNCH_HOOK_SEED") ?? 1)
    /// A kill takes two deliveries on average.
    private static let runs = kills

    @Test func `no event is lost, and those of a run keep their order`() async throws {
        let home = Home(folder: try TemporaryDirectory())
        let state = Mutex(Receiver(random: SeededRandom(seed: Self.seed)))
        let server = try TestServer { request in
            guard let message = try? JSONDecoder().decode(Message.self, from: Data(request.body)), let run = message.run
            else { return TestAnswer(500) }
            return state.withLock { state in
                // Three moments: before the receiver has the message, after it and before the answer, and never.
                let moment =
                    state.kills < Self.kills && state.agent > 0 ? Int.random(in: 0..<4, using: &state.random) : 3
                if moment != 0 { state.accepted.append((message.hook, run.id, message.event)) }
                guard moment < 2 else { return TestAnswer(200) }
                kill(state.agent, SIGKILL)
                (state.agent, state.kills) = (0, state.kills + 1)
                return TestAnswer(moment == 0 ? 500 : 200)
            }
        }
        try home.folder.write(
            "launch-config.yaml",
            """
            environment: {type: mock}
            registry: {type: mock}
            builder: {type: mock}
            max_jobs: 4
            hooks:
              - {name: one, on: [failed, succeeded, waiting > 1s], url: "\(server.url)/one"}
              - {name: two, on: [failed, succeeded], url: "\(server.url)/two"}
            """)
        let config = home.folder.file("launch-config.yaml")
        let queue = try home.folder.write("q.yaml", "run_for: 0s\n")
        try await home.succeeding("queue", "create", "q", "-r", "mock", "--config", queue)
        // The cursors of the hooks are made.
        try await home.succeeding("agent", "-q", "q", "--drain", "-c", config)
        let store = try Store(home: LaunchHome(variables: home.variables))
        var runs: [String] = []
        for number in 0..<Self.runs {
            let spec = LaunchSpec(
                source: .image("mock.invalid/a:1"), project: "p", entity: "e", author: "a", resource: "mock",
                queue: "q",
                overrides: Overrides(resourceArguments: .object(["exit_code": .integer(Int64(number % 2))])))
            runs.append(try await store.submit(spec).id.rawValue)
        }
        while true {
            let agent = ChildProcess()
            agent.executableURL = URL(filePath: try LaunchProgram.path)
            agent.arguments = ["agent", "-q", "q", "--drain", "-c", config]
            agent.environment = home.variables.merging(["PATH": "/usr/bin:/bin"]) { $1 }
            agent.setStreams(
                input: FileHandle.nullDevice, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
            try agent.run()
            state.withLock { $0.agent = agent.processIdentifier }
            agent.waitUntilExit()
            state.withLock { $0.agent = 0 }
            guard agent.terminationStatus == 0 else { continue }
            let pending = try await store.hookSummaries().map(\.pending).reduce(0, +)
            if pending == 0 { break }
        }
        let accepted = state.withLock { $0.accepted }
        #expect(state.withLock { $0.kills } == Self.kills)
        for hook in ["one", "two"] {
            for run in runs {
                let events = accepted.filter { $0.hook == hook && $0.run == run }.map(\.event)
                // A run during which three agents died has failed, whatever its program did.
                let end = try await store.run(#require(RunID(rawValue: run))).state.rawValue
                #expect(events.contains(end), "\(hook) \(run): \(events)")
                // A message may come twice, but nothing comes after the end, and no other end.
                let first = events.firstIndex(of: end) ?? 0
                #expect(events[first...].allSatisfy { $0 == end }, "\(hook) \(run): \(events)")
                #expect(events[..<first].allSatisfy { $0 == "waiting" }, "\(hook) \(run): \(events)")
            }
        }
        let given = try await store.hookSummaries().map(\.givenUp)
        #expect(given == [0, 0])
    }
}
