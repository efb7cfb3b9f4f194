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
        struct Budget: Decodable, Hashable { let limit, spent: Double }
        let id: String
        let hook: String
        let event: String
        let run: Run?
        let budget: Budget?
    }

    /// What the receiver knows, and when it kills.
    private struct Receiver {
        var accepted: [(hook: String, run: String, event: String)] = []
        var budgets: [Message.Budget] = []
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
            guard let message = try? JSONDecoder().decode(Message.self, from: Data(request.body)),
                (message.run == nil) == (message.event == "budget"), (message.budget != nil) == (message.run == nil)
            else { return TestAnswer(500) }
            return state.withLock { state in
                // Three moments: before the receiver has the message, after it and before the answer, and never.
                let moment =
                    state.kills < Self.kills && state.agent > 0 ? Int.random(in: 0..<4, using: &state.random) : 3
                if moment != 0, let run = message.run {
                    state.accepted.append((message.hook, run.id, message.event))
                }
                if moment != 0, let budget = message.budget { state.budgets.append(budget) }
                guard moment < 2 else { return TestAnswer(200) }
                kill(state.agent, SIGKILL)
                (state.agent, state.kills) = (0, state.kills + 1)
                return TestAnswer(moment == 0 ? 500 : 200)
            }
        }
        // Each run that ends by itself costs 1.25. The last amount is never reached, unless a run is counted twice.
        let most = Double(Self.runs) * 1.25
        let limits = [most / 4, most / 2, most]
        let budgets = limits.map { "budget > \($0) USD" }.joined(separator: ", ")
        try home.folder.write(
            "launch-config.yaml",
            """
            environment: {type: mock}
            registry: {type: mock}
            builder: {type: mock}
            max_jobs: 4
            hooks:
              - name: one
                on: [failed, succeeded, waiting > 1s, \(budgets)]
                url: "\(server.url)/one"
              - {name: two, on: [failed, succeeded], url: "\(server.url)/two"}
            """)
        let config = home.folder.file("launch-config.yaml")
        let queue = try home.folder.write("q.yaml", "run_for: 0s\ncost: 1.25\n")
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
        try await checkBudgets(limits, state.withLock { $0.budgets }, runs, store)
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

    /// Each run is counted once, and each exceeded budget is reported, with one amount.
    private func checkBudgets(
        _ limits: [Double], _ reports: [Message.Budget], _ runs: [String], _ store: Store
    ) async throws {
        var total = 0.0
        for run in runs { total += try await store.run(#require(RunID(rawValue: run))).outcome?.cost?.amount ?? 0 }
        let summaries = try await store.hookSummaries()
        let first = try #require(runs.first)
        let began = try await store.run(#require(RunID(rawValue: first))).submittedAt
        let months = [began, Timestamp(Date())].map { $0.description.prefix(7) }
        // Runs that ended on both sides of midnight, on the last day of a month, are in two sums.
        guard Set(months).count == 1 else { return }
        #expect(summaries.map { $0.spending.map(\.spent.amount) } == [[total], []])
        #expect(Set(reports.map(\.limit)) == Set(limits.filter { total > $0 }), "\(reports)")
        #expect(total > limits[1], "\(total)")
        // A message that comes twice says the same.
        #expect(Set(reports).count == Set(reports.map(\.limit)).count, "\(reports)")
        #expect(reports.allSatisfy { $0.spent > $0.limit && $0.spent <= total }, "\(reports)")
    }
}
