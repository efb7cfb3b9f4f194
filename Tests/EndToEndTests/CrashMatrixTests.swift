import EngineTestSupport
import Foundation
import Glibc
import TestSupport
import Testing

/// Agents are killed at each thing they say at the highest verbosity, on each path of the local engine and on both
/// stores. `scripts/soak crash` does the same to runs on SageMaker.
@Suite("SIGKILL of the agent at each step", .needsEngine, .timeLimit(.minutes(240)))
struct CrashMatrixTests {
    enum Path: String, CaseIterable, Sendable {
        case prebuilt, built, rehearsed
    }

    /// The runs of each path. Each survives the death of two agents; a third one could set the run aside.
    private static let rounds = ProcessInfo.processInfo.environment["LAUNCH_CRASH_ROUNDS"].flatMap(Int.init) ?? 2
    private static let seed = ProcessInfo.processInfo.environment["LAUNCH_CRASH_SEED"].flatMap(UInt64.init) ?? 1
    private static let keys = ["AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "none is asked for"]

    @Test(arguments: Path.allCases)
    func `on SQLite, the next agents complete the run once`(_ path: Path) async throws {
        try await check(path, on: nil)
    }

    @Test(
        .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"), arguments: Path.allCases)
    func `on PostgreSQL, the next agents complete the run once`(_ path: Path) async throws {
        try await PostgresServer.with { server in
            try await check(path, on: PostgresDatabase(on: server))
        }
    }

    private func check(_ path: Path, on database: PostgresDatabase?) async throws {
        if let database { try await TeamMachine(database, nil).succeeding("store", "init") }
        let configs = try TemporaryDirectory()
        let config = try configs.write(
            "launch-config.yaml",
            (path == .rehearsed ? "environment: {type: aws, region: us-east-1}\nbuilder: {type: noop}\n" : "")
                + (database == nil ? "" : "store: {type: postgres}\n"))
        let setting = Self.keys.merging(database?.environment ?? [:]) { $1 }.merging(["LAUNCH_CONFIG": config]) { $1 }
        try await World.with(setting: setting) { world in
            let job = try await Job(path, in: world)
            // An agent without disturbance says this many lines.
            let first = try await job.submit(0)
            let lines = try await job.agent().end().errors.split(separator: "\n").count
            try await job.expectEnd(of: first, 0)
            var random = SeededRandom(seed: Self.seed)
            for round in 1...Self.rounds {
                let id = try await job.submit(round)
                for _ in 0..<2 {
                    let agent = try job.agent()
                    let line = Int.random(in: 1...max(lines, 1), using: &random)
                    while !agent.hasEnded, agent.errors.split(separator: "\n").count < line {
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    try await agent.signal(SIGKILL)
                    let code = try await agent.end().code
                    #expect([0, -SIGKILL].contains(code), "\(path), round \(round), line \(line)")
                    // Only the server's clock ends the lease of a killed agent.
                    try database?.run("UPDATE launch.owners SET lease_until = 0")
                }
                let answer = try await job.agent().end()
                #expect(answer.code == 0, "\(path), round \(round): \(answer)")
                try await job.expectEnd(of: id, round)
            }
        }
    }
}

/// A run of a path, which writes down each start of its container.
private struct Job {
    private let path: CrashMatrixTests.Path
    private let world: World
    private var name: String { path == .rehearsed ? "train" : "q" }

    init(_ path: CrashMatrixTests.Path, in world: World) async throws {
        self.path = path
        self.world = world
        switch path {
        case .prebuilt: break
        case .built: _ = try Source(in: world)
        case .rehearsed:
            try world.folder.write("data/a", "data\n")
            let file = try world.folder.write(
                "train.yaml", RehearsalCrashTests.queue.replacing("${SECONDS}", with: "0.5"))
            try await world.succeeding("queue", "create", "train", "--resource", "sagemaker", "--config", file)
        }
    }

    func submit(_ round: Int) async throws -> String {
        let script = """
            echo \(round) >>/shared/starts; i=0; while [ $i -lt 20 ]; do echo line $i; sleep 0.02; i=$((i+1)); done
            """
        switch path {
        case .prebuilt: return try await world.submit(script)
        case .built:
            // Another text is another image.
            try world.folder.write("source/text", "\(round)\n")
            return try await world.succeeding(
                ["submit", "-q", "q", "--source", world.folder.file("source"), "-E", "/bin/sh -c", "--", script]
            ).word
        case .rehearsed:
            return try await world.succeeding(
                [
                    "submit", "--rehearse", "-q", "train", "--image", World.image, "--channel", "train=data",
                    "--keep-local",
                ]
            ).word
        }
    }

    func agent() throws -> RunningProgram { try world.start(["agent", "--drain", "-vv", "-q", name]) }

    /// The run has succeeded, its container has started once, and its log is complete.
    func expectEnd(of id: String, _ round: Int) async throws {
        let facts = try await world.facts(of: id)
        #expect(facts.state == "succeeded", "\(path), round \(round): \(facts.cause?.message ?? "-")")
        let lines = try await world.log(of: id).lines
        guard path != .rehearsed else {
            let expected = ["algo-1 data", "algo-1 end", "algo-2 data", "algo-2 end"]
            #expect(lines.sorted() == expected, "\(path), round \(round)")
            return
        }
        #expect(lines == (0..<20).map { "line \($0)" }, "\(path), round \(round)")
        #expect(world.shared("starts").count { $0 == "\(round)" } == 1, "\(path), round \(round)")
    }
}
