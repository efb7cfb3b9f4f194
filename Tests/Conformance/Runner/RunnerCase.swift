internal import Foundation
internal import LaunchPluginKit
internal import LaunchSubprocess
internal import Synchronization

/// One case: what it calls, and what it must clean up.
final class RunnerCase: Sendable {
    let fixture: RunnerFixture
    /// The test that runs the kit, for second processes.
    let test: TestPlace
    let calls = CallRecorder()
    private let begun = Mutex<[(request: RunRequest, id: RunID)]>([])

    init(_ fixture: RunnerFixture, test: TestPlace) {
        self.fixture = fixture
        self.test = test
    }

    // MARK: the fixture

    /// A new instance, as after a restart.
    func runner() async throws -> CheckedRunner {
        CheckedRunner(base: try await asked("makeRunner") { try await fixture.makeRunner() }, calls: calls)
    }

    func job(_ behaviour: RunnerFixture.Behaviour, _ id: RunID) throws -> RunnableJob {
        guard let job = fixture.job(behaviour, id) else {
            throw Skip(why: "the backend cannot produce this behaviour: \(behaviour)")
        }
        return job
    }

    func count(_ id: RunID) async throws -> Int {
        try await asked("count") { try await fixture.count(id) }
    }

    /// Calls `body` while the wire has a fault.
    func with<T>(_ fault: WireFault, _ body: () async throws -> T) async throws -> T {
        try await fixture.wire.with(fault, body)
    }

    /// Throws if the wire does not have the fault, before the case starts a run.
    func demand(_ fault: WireFault) async throws { try await with(fault) {} }

    // MARK: a second process

    func demandSecondProcess() throws {
        if fixture.second == nil { throw NotChecked(why: "the fixture has no second process", needs: [.secondProcess]) }
        if TestProgram.current == nil { throw NotChecked(why: "this process cannot be started again") }
    }

    func second(_ kind: SecondCall.Kind, _ id: RunID) async throws -> SecondAnswer {
        try demandSecondProcess()
        guard let second = fixture.second, let program = TestProgram.current else { return SecondAnswer() }
        let folder = try OrderFolder()
        let order = ProcessOrder(
            subject: "\(RunnerConformance.subject(of: fixture)), \(test.file)",
            task: .call(SecondCall(kind: kind, runID: id, configuration: second.configuration)), folder: folder.path)
        let result: Subprocess.Result
        do {
            result = try await program.run(order, test: test, silence: fixture.limit) { _ in }
        } catch let error as SubprocessError {
            throw FixtureFault("the second process cannot run: \(error)")
        } catch is TestProgram.Silence {
            throw Broken("a second process did not end within \(fixture.limit)")
        }
        guard let data = FileManager.default.contents(atPath: "\(folder.path)/answer.json") else {
            throw FixtureFault(
                "the second process did not reach the kit; it ended with \(result.exit): \(result.stderrText.suffix(500))"
            )
        }
        let answer = try JSON.decode(SecondAnswer.self, from: data)
        if let fault = answer.fault { throw Broken("in a second process: \(fault)") }
        return answer
    }

    // MARK: runs

    /// A rendered request for a new run, which is removed after the case.
    func request(
        _ behaviour: RunnerFixture.Behaviour, _ runner: CheckedRunner, as id: RunID = .random()
    ) async throws -> (request: RunRequest, id: RunID) {
        let request = try await runner.render(try job(behaviour, id))
        begun.withLock { $0.append((request, id)) }
        return (request, id)
    }

    /// A submitted run.
    func submitted(
        _ behaviour: RunnerFixture.Behaviour
    ) async throws -> (runner: CheckedRunner, request: RunRequest, handle: RunHandle) {
        let runner = try await runner()
        let (request, id) = try await request(behaviour, runner)
        return (runner, request, try await runner.submit(request, as: id))
    }

    /// A run that was observed to its end.
    func ended(
        _ behaviour: RunnerFixture.Behaviour
    ) async throws -> (runner: CheckedRunner, request: RunRequest, handle: RunHandle, end: Observation) {
        let (runner, request, handle) = try await submitted(behaviour)
        return (runner, request, handle, try await end(of: handle, with: runner))
    }

    /// Observes the run until its end.
    @discardableResult
    func end(
        of handle: RunHandle, with runner: CheckedRunner, seen: (Observation) -> Void = { _ in }
    ) async throws -> Observation {
        try await observe(handle, with: runner, seen: seen) { $0.phase.isEnd }
    }

    /// Observes the run until it is as wanted. The hard limit of the case ends a wait without success.
    @discardableResult
    func observe(
        _ handle: RunHandle, with runner: CheckedRunner, seen: (Observation) -> Void = { _ in },
        until reached: (Observation) -> Bool
    ) async throws -> Observation {
        let deadline = ContinuousClock.now + fixture.limit * 0.9
        var last: Observation?
        while ContinuousClock.now < deadline {
            if let observation = try await runner.observe(handle) {
                last = observation
                seen(observation)
                if reached(observation) { return observation }
                if observation.phase == .missing { throw Broken("the backend lost the run") }
                if observation.phase.isEnd { throw Broken("the run ended too early, as \(observation.phase)") }
            }
            try await Task.sleep(for: min(fixture.plugin.base.capabilities.pace.shortest, .milliseconds(50)))
        }
        throw Broken("after \(fixture.limit * 0.9) the run is still \(last.map { "\($0.phase)" } ?? "not observed")")
    }

    /// Waits until the log has a line.
    func awaitLine(_ text: String, of handle: RunHandle, _ runner: CheckedRunner) async throws {
        let lines = try await runner.read(handle, follow: true) { batch in !batch.contains { $0.text == text } }
        try require(lines.contains { $0.text == text }, "the log ended without '\(text)'")
    }

    /// Frees everything that the case left in the backend.
    func cleanUp() async throws {
        if let wire = fixture.wire { try await asked("wire.end") { try await wire.end() } }
        let left = begun.withLock { runs in
            defer { runs = [] }
            return runs
        }
        for (request, id) in left {
            let runner = try await runner()
            guard let handle = try await runner.find(request, as: id) else { continue }
            try await runner.stop(handle, grace: .zero)
            _ = try await end(of: handle, with: runner)
            try await runner.release(handle)
        }
    }
}

extension Observation.Phase {
    /// Whether the run has ended.
    var isEnd: Bool { [.succeeded, .failed, .stopped].contains(self) }

    /// The order of the phases.
    var rank: Int {
        switch self {
        case .starting: 0
        case .running: 1
        case .stopping: 2
        default: 3
        }
    }
}
