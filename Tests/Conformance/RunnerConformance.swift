internal import FoundationEssentials
internal import LaunchHost

/// Examines a runner against the contract of `Runner`. A plugin's test calls `run` once and expects the report to
/// conform.
public struct RunnerConformance: Sendable {
    let fixture: RunnerFixture

    /// An examination with that fixture.
    public init(_ fixture: RunnerFixture) {
        self.fixture = fixture
    }

    /// Runs all cases, one after the other, and leaves nothing behind in the backend.
    public func run() async -> Report {
        var report = Report("runner \(fixture.plugin.base.type)")
        await Declarations(fixture.plugin).run(into: &report)
        await report.check("render is pure: the same job gives the same bytes", renderIsPure)
        await report.check("a rendered request of a good job has no errors", goodRequestIsValid)
        await report.check("find answers nil for a run that was never submitted", findNothing)
        await report.check("prepare, also twice, starts nothing, and submit works after it", preparing)
        await report.check("submit is idempotent, also 32 times at once", submitIsIdempotent)
        await report.check("find gets back what a lost submit left", findAfterLostAnswer)
        await report.check("exit code 0 is succeeded", { try await ends(.exit(0), as: .succeeded, exitCode: 0) })
        await report.check(
            "exit code 7 is failed, and the code is kept", { try await ends(.exit(7), as: .failed, exitCode: 7) })
        await report.check("states only go forward and end once, with a cause", lifecycleIsMonotonic)
        await report.check("one observe call serves many runs", observeMany)
        await report.check("a released run is missing or ended, not an error", observeMissing)
        await report.check("stop right after submit", { try await stops(.silent, waitForRunning: false) })
        await report.check("stop while silent", { try await stops(.silent, waitForRunning: true) })
        await report.check("stop while flooding", { try await stops(.flood, waitForRunning: true) })
        await report.check(
            "stop of a run that ignores SIGTERM is by force after the grace",
            { try await stops(.stubborn, waitForRunning: true) })
        await report.check("stop after the end, and twice, changes nothing", stopAfterEnd)
        await report.check("logs: every line once and in order", logsInOrder)
        await report.check("logs: go on after a cursor without loss or repetition", logsResume)
        await report.check("logs: following ends when the run has ended", logsFollow)
        await report.check("logs: a line of 1 MiB comes whole, in pieces", logsLongLine)
        await report.check("logs: bytes that are no text do not stop the reading", logsInvalidText)
        await report.check("a handle survives JSON and a new runner", handleSurvivesRestart)
        await report.check("finish may be called twice", finishTwice)
        await report.check("release frees everything, and twice is once", releaseFrees)
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
            try require(found == nil, "find answers \(String(describing: found)) before the submit")
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
            try require(count == 1, "the backend holds \(count) runs of that ID")
        }
    }

    private func findAfterLostAnswer() async throws {
        try await withRun(.silent) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            let found = try await fixture.makeRunner().find(request, as: id)
            try require(found == handle, "find answered \(String(describing: found)) instead of \(handle)")
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
            try require(ranks == ranks.sorted(), "the phases went back: \(seen)")
            try require(end.cause != nil, "the end has no cause")
            try require(end.endedAt != nil, "the end has no time")
            let later = try await runner.observe([handle])
            try require(later.map(\.phase) == [end.phase], "after the end it is \(later.map(\.phase))")
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
                try require(Set(both.map(\.runID)) == [first, second], "it answered for \(both.map(\.runID))")
                try require(try await runner.observe([]).isEmpty, "no handles, but observations")
            }
        }
    }

    private func observeMissing() async throws {
        let runner = try await fixture.makeRunner()
        let released = try await withRun(.exit(0)) { runner, request, id in
            try await runner.submit(request, as: id)
        }
        let phases = try await runner.observe([released]).map(\.phase)
        // It may have been stopped before it could end by itself.
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
