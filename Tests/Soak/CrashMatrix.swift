import AWSStub
import Foundation
import Glibc
import LaunchHost
import Synchronization
import TestSupport

/// Agents are killed while they execute one run: at the n-th call of AWS or at the n-th change of the store. The next
/// agent takes the run over, and may be killed too. A third death would set the run aside.
enum CrashMatrix {
    /// When an agent is killed. It is counted from the agent's start.
    enum Moment: Sendable {
        /// At its n-th call, before the call has an effect.
        case beforeCall(Int)
        /// Within a few milliseconds after its n-th call has arrived.
        case afterCall(Int)
        /// As soon as the n-th change of the store is seen.
        case change(Int)

        static func random(_ random: inout SeededRandom) -> Moment {
            let number = Int.random(in: 1...8, using: &random)
            return switch Int.random(in: 0..<3, using: &random) {
            case 0: .beforeCall(number)
            case 1: .afterCall(number)
            default: .change(number)
            }
        }
    }

    static func run(_ options: SoakOptions) async throws -> Verdict {
        guard options.usesPostgres else { return try await run(options, on: nil) }
        return try await PostgresServer.with { try await run(options, on: $0) }
    }

    private static func run(_ options: SoakOptions, on server: PostgresServer?) async throws -> Verdict {
        let start = ContinuousClock.now
        let kills = Kills()
        let verdicts = try await withThrowingTaskGroup(of: Verdict.self) { group in
            for lane in 0..<options.agents {
                group.addTask {
                    let team = try await Team(options, on: server)
                    var random = SeededRandom(seed: options.seed &+ UInt64(lane) &* 1_000_003)
                    var verdict = Verdict(options)
                    while kills.count < options.kills {
                        try await round(team, &random, kills, &verdict)
                    }
                    verdict.judge(try await team.store.summaries(), team.stub.sagemaker.jobs)
                    return verdict
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        var whole = verdicts.reduce(into: Verdict(options)) { $0.add($1) }
        whole.figures["kills"] = Double(kills.count)
        whole.figures["seconds"] = (ContinuousClock.now - start) / .seconds(1)
        return whole
    }

    /// One run, from its submission to its end.
    private static func round(
        _ team: Team, _ random: inout SeededRandom, _ kills: Kills, _ verdict: inout Verdict
    ) async throws {
        let isGood = !random.oneIn(4)
        team.stub.sagemaker.lives(
            isGood ? .usual(seconds: 0.4) : .failing("AlgorithmError: exit code 1", seconds: 0.4))
        team.stub.chaos(
            Chaos(
                seed: random.next(), throttled: 0.1, serverErrors: 0.03, resets: 0.03, lostAnswers: 0.05, expired: 0))
        let id = try await team.submit()
        for machine in ["agent-0", "agent-1"] {
            let moment = Moment.random(&random)
            let code = try await drain(team, on: machine, killedAt: moment)
            if code == -SIGKILL { kills.add() }
            if code != -SIGKILL, code != 0 { verdict.ends.append("\(moment): \(code)\n\(team.log(of: machine))") }
            try team.expireLeases()
        }
        let code = try await team.start(["agent", "--drain"], on: "agent-2").end
        if code != 0 { verdict.ends.append("the last agent, with \(id): \(code)\n\(team.log(of: "agent-2"))") }
    }

    /// Runs an agent to its end, or to the moment.
    private static func drain(_ team: Team, on machine: String, killedAt moment: Moment) async throws -> Int32 {
        let tripwire = Tripwire(moment)
        team.stub.add(tripwire)
        let listener = try await team.store.listen()
        let process = try team.start(["agent", "--drain"], on: machine)
        tripwire.arm(process.processIdentifier)
        let watch = Task { for await _ in listener.rings { tripwire.note(isCall: false) } }
        let code = await process.end
        tripwire.disarm()
        listener.close()
        await watch.value
        return code
    }
}

/// The number of agents that were killed.
private final class Kills: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
}

/// Counts what an agent does, and kills it at a moment. It answers no call.
final class Tripwire: StubService {
    private struct State {
        var calls = 0
        var changes = 0
        var pid: pid_t?
    }

    let name = "tripwire"
    private let moment: CrashMatrix.Moment
    private let state = Mutex(State())

    init(_ moment: CrashMatrix.Moment) { self.moment = moment }

    func isSigned(_ operation: String) -> Bool { false }
    func operation(of request: StubRequest) -> String? {
        note(isCall: true)
        return nil
    }
    func answer(_ operation: String, _ request: StubRequest) throws(StubError) -> TestAnswer { .text("", status: 404) }
    func refusal(_ error: StubError, requestID: String) -> TestAnswer { .text("", status: 404) }

    func arm(_ pid: pid_t) { state.withLock { $0.pid = pid } }
    func disarm() { state.withLock { $0.pid = nil } }

    func note(isCall: Bool) {
        let count = state.withLock { state in
            if isCall { state.calls += 1 } else { state.changes += 1 }
            return isCall ? state.calls : state.changes
        }
        switch moment {
        case .beforeCall(count) where isCall, .change(count) where !isCall: kill()
        case .afterCall(count) where isCall:
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(Int.random(in: 0...4000))) {
                self.kill()
            }
        default: break
        }
    }

    /// The lock ensures that the process is not waited for meanwhile, so its ID is still its own.
    private func kill() {
        state.withLock { state in
            guard let pid = state.pid else { return }
            _ = Glibc.kill(pid, SIGKILL)
            state.pid = nil
        }
    }
}
