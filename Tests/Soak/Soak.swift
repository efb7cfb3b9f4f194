import AWSStub
import Foundation
import LaunchConcurrency
import LaunchHost
import Synchronization
import TestSupport

/// Several agents drain one queue while they are killed and frozen, while their connections are cut, and while the
/// server of the store is killed.
enum Soak {
    static func run(_ options: SoakOptions) async throws -> Verdict {
        guard options.usesPostgres else { return try await run(options, on: nil) }
        return try await PostgresServer.with { try await run(options, on: $0) }
    }

    private static func run(_ options: SoakOptions, on server: PostgresServer?) async throws -> Verdict {
        let team = try await Team(options, on: server)
        team.stub.sagemaker.lives { _, number in life(number, options.seed) }
        team.stub.chaos(
            Chaos(seed: options.seed, throttled: 0.05, serverErrors: 0.02, resets: 0.02, lostAnswers: 0.02, expired: 0))
        let (fleet, counts) = (Fleet(team), Counts())
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fleet.keep(options.agents) }
            group.addTask {
                try await submit(options.jobs, team)
                say("\(options.jobs) runs are submitted")
                try await awaitEnd(team, fleet, counts, since: start)
                counts.isOver.store(true, ordering: .relaxed)
                fleet.finish()
            }
            group.addTask { try await disturb(team, fleet, counts, options, server) }
            try await group.waitForAll()
        }
        var verdict = Verdict(options)
        verdict.ends = fleet.ends
        verdict.judge(try await team.insisting { try await team.store.summaries() }, team.stub.sagemaker.jobs)
        verdict.figures.merge(counts.figures) { $1 }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        verdict.figures["seconds"] = elapsed
        verdict.figures["create_requests"] = Double(team.stub.times("sagemaker", "CreateTrainingJob").count)
        return verdict
    }

    /// Most jobs succeed after 1 to 8 seconds; one in 20 fails.
    private static func life(_ number: Int, _ seed: UInt64) -> TrainingLife {
        var random = SeededRandom(seed: seed &+ UInt64(number))
        let seconds = Double.random(in: 1...8, using: &random)
        return Int.random(in: 1...20, using: &random) == 1
            ? .failing("AlgorithmError: exit code 1", seconds: seconds) : .usual(seconds: seconds)
    }

    private static func submit(_ count: Int, _ team: Team) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for _ in stride(from: lane, to: count, by: 8) { _ = try await team.submit() }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Returns when all runs have ended, or when ten minutes pass without the end of a run.
    private static func awaitEnd(
        _ team: Team, _ fleet: Fleet, _ counts: Counts, since start: ContinuousClock.Instant
    ) async throws {
        var (left, changed) = (Int.max, ContinuousClock.now)
        while true {
            let now = try await team.insisting { try await team.store.counts().unfinished }
            if now != left { (left, changed) = (now, ContinuousClock.now) }
            guard now > 0, ContinuousClock.now - changed < .seconds(600) else { return }
            let elapsed = Int((ContinuousClock.now - start) / .seconds(1))
            say("\(elapsed) s: \(now) runs left, \(counts.text), \(fleet.ends.count) unexpected ends")
            try await Task.sleep(for: .seconds(5))
        }
    }

    /// Every few seconds one fault, which the seed selects, until the end.
    private static func disturb(
        _ team: Team, _ fleet: Fleet, _ counts: Counts, _ options: SoakOptions, _ server: PostgresServer?
    ) async throws {
        var random = SeededRandom(seed: options.seed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            while !counts.isOver.load(ordering: .relaxed) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 1000...5000, using: &random)))
                let agent = Int.random(in: 0..<options.agents, using: &random)
                let pause = Int.random(in: 1...12, using: &random)
                switch Int.random(in: 1...10, using: &random) {
                case 1...5:
                    if fleet.kill(agent) { counts.add(\.kills) }
                case 6...7:
                    // Longer than the lease of 30 s, or shorter. Other faults happen meanwhile.
                    let seconds = pause > 6 ? 33 + pause : pause
                    group.addTask {
                        if try await fleet.freeze(agent, for: .seconds(seconds)) { counts.add(\.freezes) }
                    }
                case 8...9:
                    if let server, await cutConnections(of: server) { counts.add(\.cuts) }
                default:
                    guard let server else { continue }
                    try await withBlockingWork { Result { try server.signal("KILL") } }.get()
                    counts.add(\.serverKills)
                    try await Task.sleep(for: .seconds(pause))
                    try await withBlockingWork { Result { try server.restart() } }.get()
                }
            }
            try await group.waitForAll()
        }
    }

    private static func cutConnections(of server: PostgresServer) async -> Bool {
        let statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        return await withBlockingWork {
            let words = ["--no-psqlrc", "--quiet", "--command", statement]
            return (try? Tool.run("psql", words, environment: server.environment)) != nil
        }
    }

    static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// The faults so far.
    private final class Counts: Sendable {
        struct Values {
            var kills = 0
            var freezes = 0
            var cuts = 0
            var serverKills = 0
        }
        let isOver = Atomic(false)
        private let values = Mutex(Values())

        func add(_ fault: any WritableKeyPath<Values, Int> & Sendable) { values.withLock { $0[keyPath: fault] += 1 } }

        var text: String {
            let now = values.withLock { $0 }
            return "\(now.kills) kills, \(now.freezes) freezes, \(now.cuts) cuts, \(now.serverKills) server kills"
        }

        var figures: [String: Double] {
            let now = values.withLock { $0 }
            return [
                "kills": Double(now.kills), "freezes": Double(now.freezes), "cuts": Double(now.cuts),
                "server_kills": Double(now.serverKills),
            ]
        }
    }
}
