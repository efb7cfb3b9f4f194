import AWSStub
import Foundation
import Synchronization
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchSageMaker

/// Five hundred jobs of all kinds with random faults of AWS, and an agent that is killed twice meanwhile.
@Suite(.serialized) struct ChaosTests {
    @Test(.timeLimit(.minutes(30)), arguments: seeds)
    func `each run ends as its job did`(seed: UInt64) async throws {
        let day = try await ChaoticDay(seed: seed, runs: count)
        try await day.pass()
        try await day.check()
    }

    /// More seeds with `LAUNCH_CHAOS_SEEDS=1,2,3`, another size with `LAUNCH_CHAOS_RUNS`.
    static let seeds: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["LAUNCH_CHAOS_SEEDS"] ?? ""
        let seeds = given.split(separator: ",").compactMap { UInt64($0) }
        return seeds.isEmpty ? [1] : seeds
    }()
    private let count = ProcessInfo.processInfo.environment["LAUNCH_CHAOS_RUNS"].flatMap { Int($0) } ?? 500
}

/// One test with one seed.
private struct ChaoticDay {
    let world: TrainingWorld
    let seed: UInt64
    let ids: [RunID: String]

    private static let scarce = "ml.p4d.24xlarge"
    private static let scarcer = "ml.p5.48xlarge"
    /// The kinds of runs in turn. A kind that begins with "stop" is stopped in the state that follows.
    private static let kinds = [
        "good", "good", "script", "data", "fallback", "spot", "overdue", "service", "quota", "capacity", "good",
        "stop-queued", "stop-submitting", "stop-starting", "stop-running", "stop-good", "spot-stop-running",
    ]

    init(seed: UInt64, runs: Int) async throws {
        self.seed = seed
        world = try TrainingWorld()
        try await world.queue(
            ["instance_types": .array([.string("ml.m5.xlarge"), .string("ml.m5.2xlarge")])],
            retry: RetryRules(attempts: 3))
        let spot: [String: JSONValue] = [
            "EnableManagedSpotTraining": .bool(true),
            "StoppingCondition": .object([
                "MaxRuntimeInSeconds": .integer(3600), "MaxWaitTimeInSeconds": .integer(7200),
            ]),
            "CheckpointConfig": .object(["S3Uri": .string("s3://bucket/checkpoints")]),
        ]
        let type = { (name: String) in ["ResourceConfig": JSONValue.object(["InstanceType": .string(name)])] }
        var ids: [RunID: String] = [:]
        for index in 0..<runs {
            let kind = Self.kinds[index % Self.kinds.count]
            let arguments: [String: JSONValue] =
                switch kind {
                case "fallback": type(Self.scarce)
                case "capacity": type(Self.scarcer).merging(["instance_types": .array([.string(Self.scarce)])]) { $1 }
                case "quota": type("ml.g5.xlarge")
                case "overdue": ["StoppingCondition": .object(["MaxRuntimeInSeconds": .integer(60)])]
                case _ where kind.hasPrefix("spot"): spot
                default: [:]
                }
            ids[try await world.submit(kind, arguments)] = kind
        }
        self.ids = ids
        world.stub.sagemaker.withoutCapacity([Self.scarce, Self.scarcer], after: 40)
        world.stub.sagemaker.quota("ml.g5.xlarge", 12)
        world.stub.sagemaker.lives { request, number in
            let seconds = Double(60 + number * 37 % 240)
            switch TrainingWorld.kind(of: request) {
            case "script": return .failing("AlgorithmError: ExecuteUserScriptError:\nExitCode 3", seconds: seconds)
            case "data": return .failing("ClientError: Data download failed: NoSuchKey", seconds: seconds)
            case "service": return .failing("InternalServerError: We encountered an internal error.", seconds: seconds)
            case "spot": return .interrupted(times: 1 + number % 2, seconds: seconds)
            case "spot-stop-running": return .interrupted(times: 50, seconds: seconds)
            case "overdue":
                var life = TrainingLife.usual(seconds: 600)
                life.honoursStoppingCondition = true
                return life
            case let kind where kind.hasPrefix("stop") && kind != "stop-good": return .endless
            default: return .usual(seconds: seconds)
            }
        }
        world.stub.limit("sagemaker", "ListTrainingJobs", perSecond: 2)
        world.stub.chaos(Chaos(seed: seed, throttled: 0.3, serverErrors: 0.04, resets: 0.04, lostAnswers: 0.04))
    }

    /// Runs agents until all runs have ended. The first two agents are killed during their work.
    func pass() async throws {
        try await world.clock.running(rate: 150) {
            let stopping = Task { try await stopSome() }
            for part in [3, 2] {
                let agent = try world.agent()
                let life = Task { try await agent.run(as: world.store.becomeOwner(kind: "agent")) }
                _ = try await eventually {
                    let counts = try await world.store.counts()
                    let states: [RunState] = [.starting, .running, .stopping, .succeeded, .failed, .stopped]
                    return states.map { counts[$0] }.reduce(0, +) > ids.count / part
                }
                life.cancel()
                #expect(try await life.value == .left)
            }
            let agent = try world.agent()
            #expect(try await agent.run(as: try await world.store.becomeOwner(kind: "agent")) == .done)
            stopping.cancel()
            _ = try? await stopping.value
        }
    }

    /// Requests the stop of some runs, each in the state that its kind names.
    private func stopSome() async throws {
        var left = ids.filter { $0.value.contains("stop") }
        while !left.isEmpty {
            for (id, kind) in left {
                let run = try await world.store.run(id)
                let wanted = kind.split(separator: "-").last.flatMap { RunState(rawValue: String($0)) } ?? .running
                guard run.state == wanted || wanted.mayBecome(run.state) && run.state != .queued else { continue }
                _ = try await world.store.requestStop(id)
                left[id] = nil
            }
            try await world.clock.host.sleep(.seconds(4))
        }
    }

    /// Compares the store's record of every run with the service's jobs.
    func check() async throws {
        let service = world.stub.sagemaker
        var named: Set<String> = []
        for run in try await world.store.runs() {
            let kind = ids[run.id] ?? ""
            let past = (run.pastAttempts ?? []).map(\.handle)
            let names = (past + [run.handle].compactMap(\.self)).compactMap { $0.fields["name"] }
            #expect(Set(names).count == names.count)
            named.formUnion(names)
            for name in names { #expect(service.creates(of: name) == 1, "\(name)") }
            for attempt in run.pastAttempts ?? [] {
                #expect(
                    service.job(attempt.handle.fields["name"] ?? "")?.end?.failureReason?.contains("Capacity") == true)
            }
            guard let name = run.handle?.fields["name"] else {
                #expect(
                    run.state == .stopped && kind.contains("stop"), "\(run.state) \(kind): \(run.cause?.message ?? "")")
                continue
            }
            let end = try #require(service.job(name)?.end, "\(name) goes on, and its run is \(run.state)")
            let (state, code) = Self.meaning(of: end)
            #expect(
                run.state == state && run.cause?.code == code,
                "\(kind) \(end) \(run.state) \(run.cause?.code.rawValue ?? "-")")
            #expect(!end.status.isEmpty && service.moment(of: name)?.status == end.status, "\(name) has not ended")
            switch kind {
            case "fallback": #expect(run.state == .succeeded && names.count == 2, "\(names)")
            case "capacity": #expect(run.state == .failed && names.count == 3, "\(names)")
            default: #expect(names.count == 1)
            }
            #expect(try await world.store.events(of: run.id).count { $0.state.isTerminal } == 1)
        }
        let orphans = Set(service.jobs.map(\.name)).subtracting(named)
        #expect(orphans.isEmpty, "no run has \(orphans)")
        #expect(try await world.store.runs().count == ids.count)
        #expect(world.stub.busiestSecond("sagemaker", "ListTrainingJobs") <= 3)
    }

    private static func meaning(of end: StubTrainingJob.Moment) -> (RunState, Cause.Code) {
        let reason = end.failureReason ?? ""
        return switch (end.status, end.secondaryStatus) {
        case ("Completed", _): (.succeeded, .exit)
        case ("Stopped", "MaxRuntimeExceeded"): (.stopped, .timeLimit)
        case ("Stopped", "MaxWaitTimeExceeded"): (.stopped, .waitLimit)
        case ("Stopped", _): (.stopped, .userStop)
        case _ where reason.hasPrefix("CapacityError"): (.failed, .capacity)
        case _ where reason.hasPrefix("ClientError"): (.failed, .clientError)
        case _ where reason.hasPrefix("InternalServerError"): (.failed, .backendFault)
        default: (.failed, .exit)
        }
    }
}
