internal import FoundationEssentials
internal import LaunchPluginKit

/// Checks a runner against the contract of `Runner`. A plugin's test calls `run` once and expects a report without
/// failures.
public struct RunnerConformance: Sendable {
    let fixture: RunnerFixture

    public init(_ fixture: RunnerFixture) {
        self.fixture = fixture
    }

    /// Runs all cases one after the other, and leaves nothing in the backend.
    public func run() async -> Report {
        var report = Report("runner \(fixture.plugin.base.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("render is pure: the same job gives the same bytes", renderIsPure)
        await report.check("the rendered request of a valid job has no errors", goodRequestIsValid)
        await report.check("find returns nil for a run that was never submitted", findNothing)
        await report.check("prepare, called once or twice, starts nothing, and submit works afterwards", preparing)
        await report.check("submit is idempotent, also in 32 concurrent calls", submitIsIdempotent)
        await report.check("find returns the run of a submit whose answer was lost", findAfterLostAnswer)
        await report.check(
            "exit code 0 ends the run as succeeded", { try await ends(.exit(0), as: .succeeded, exitCode: 0) })
        await report.check(
            "exit code 7 ends the run as failed, with the code in its cause",
            { try await ends(.exit(7), as: .failed, exitCode: 7) })
        await report.check("phases only move forward and end once, with a cause", lifecycleIsMonotonic)
        await report.check("one observe call observes many runs", observeMany)
        await report.check("observing a released run returns missing or an end state, not an error", observeMissing)
        await report.check(
            "a stop right after submit ends the run", { try await stops(.silent, waitForRunning: false) })
        await report.check("a stop ends a run that prints nothing", { try await stops(.silent, waitForRunning: true) })
        await report.check(
            "a stop ends a run that prints without end", { try await stops(.flood, waitForRunning: true) })
        await report.check(
            "a stop kills a run that ignores SIGTERM after the grace period",
            { try await stops(.stubborn, waitForRunning: true) })
        await report.check("stopping an ended run, also twice, changes nothing", stopAfterEnd)
        await report.check("logs: each line once and in order", logsInOrder)
        await report.check("logs: reading resumes after a cursor without loss or repetition", logsResume)
        await report.check("logs: following ends after the run has ended", logsFollow)
        await report.check("logs: a line of 1 MiB is read completely, in pieces", logsLongLine)
        await report.check("logs: bytes that are not UTF-8 do not stop the reading", logsInvalidText)
        await report.check("a handle is valid after encoding to JSON and in a new runner", handleSurvivesRestart)
        await report.check("a second call of finish gives the same outcome", finishTwice)
        await report.check("release frees everything, and a second call changes nothing", releaseFrees)
        return report
    }

    // MARK: the request

    private func renderIsPure() async throws {
        let job = try job(.exit(0), RunID.random())
        let first = try await fixture.makeRunner().render(job)
        let second = try await fixture.makeRunner().render(job)
        try require(try JSON.canonicalData(first) == JSON.canonicalData(second), "two renderings differ")
    }

    private func goodRequestIsValid() async throws {
        let runner = try await fixture.makeRunner()
        let errors = runner.validate(try runner.render(try job(.exit(0), RunID.random())))
            .filter { $0.severity == .error }
        try require(errors.isEmpty, "\(errors)")
    }

    // MARK: submit and find

    private func findNothing() async throws {
        let (runner, id) = (try await fixture.makeRunner(), RunID.random())
        let found = try await runner.find(runner.render(try job(.exit(0), id)), as: id)
        try require(found == nil, "it found \(String(describing: found))")
    }

    private func preparing() async throws {
        try await withRun(.exit(0)) { runner, request, id in
            for _ in 0..<2 { try await runner.prepare(for: request) { _ in } }
            let found = try await runner.find(request, as: id)
            try require(found == nil, "find returned \(String(describing: found)) before the submit")
            let end = try await end(of: try await runner.submit(request, as: id), with: runner)
            try require(end.phase == .succeeded, "it ended as \(end.phase)")
        }
    }

    private func submitIsIdempotent() async throws {
        try await withRun(.silent) { runner, request, id in
            let handles = try await withThrowingTaskGroup(of: RunHandle.self) { group in
                for _ in 0..<32 {
                    group.addTask { try await runner.submit(request, as: id) }
                }
                return try await group.reduce(into: Set<RunHandle>()) { $0.insert($1) }
            }
            let again = try await fixture.makeRunner().submit(request, as: id)
            try require(handles == [again], "\(handles.union([again]).count) different handles")
            let count = try await fixture.count(id)
            try require(count == 1, "the backend holds \(count) runs with the ID")
        }
    }

    private func findAfterLostAnswer() async throws {
        try await withRun(.silent) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            let found = try await fixture.makeRunner().find(request, as: id)
            try require(found == handle, "find returned \(String(describing: found)) instead of \(handle)")
        }
    }

    private func handleSurvivesRestart() async throws {
        try await withRun(.exit(3)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            let restored = try JSON.decode(RunHandle.self, from: JSON.canonicalData(handle))
            let end = try await end(of: restored, with: try await fixture.makeRunner())
            try require(end.cause?.exitCode == 3, "the exit code is \(String(describing: end.cause?.exitCode))")
        }
    }

    // MARK: observe

    private func ends(_ behaviour: RunnerFixture.Behaviour, as phase: Observation.Phase, exitCode: Int) async throws {
        try await withRun(behaviour) { runner, request, id in
            let end = try await end(of: try await runner.submit(request, as: id), with: runner)
            try require(end.phase == phase, "it ended as \(end.phase)")
            try require(end.cause?.exitCode == exitCode, "the exit code is \(String(describing: end.cause?.exitCode))")
        }
    }

    private func lifecycleIsMonotonic() async throws {
        try await withRun(.lines(50)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            var seen: [Observation.Phase] = []
            let end = try await end(of: handle, with: runner) { seen.append($0.phase) }
            let ranks = seen.map(Self.rank)
            try require(ranks == ranks.sorted(), "a phase moved backwards: \(seen)")
            try require(end.cause != nil, "the end has no cause")
            try require(end.endedAt != nil, "the end has no time")
            let later = try await runner.observe([handle])
            try require(later.map(\.phase) == [end.phase], "after the end the phase is \(later.map(\.phase))")
        }
    }

    private func observeMany() async throws {
        try await withRun(.exit(0)) { runner, request, first in
            try await withRun(.exit(5)) { _, otherRequest, second in
                let handles = [
                    try await runner.submit(request, as: first), try await runner.submit(otherRequest, as: second),
                ]
                for handle in handles { _ = try await end(of: handle, with: runner) }
                let both = try await runner.observe(handles)
                try require(Set(both.map(\.runID)) == [first, second], "it observed \(both.map(\.runID))")
                try require(try await runner.observe([]).isEmpty, "observe returned observations for no handles")
            }
        }
    }

    private func observeMissing() async throws {
        let runner = try await fixture.makeRunner()
        let released = try await withRun(.exit(0)) { runner, request, id in
            try await runner.submit(request, as: id)
        }
        let phases = try await runner.observe([released]).map(\.phase)
        // The release may have stopped the run before its own end.
        let isFine = phases.count == 1 && phases.allSatisfy { [.missing, .succeeded, .failed, .stopped].contains($0) }
        try require(isFine, "a released run is \(phases)")
        try await runner.stop(released, grace: .seconds(1))
    }

    private static func rank(_ phase: Observation.Phase) -> Int {
        switch phase {
        case .starting: 0
        case .running: 1
        case .stopping: 2
        default: 3
        }
    }
}
