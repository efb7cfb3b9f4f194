internal import Foundation
internal import LaunchPluginKit

// `observe` and handles.
extension RunnerCase {
    func ends(_ behaviour: RunnerFixture.Behaviour, as phase: Observation.Phase, exitCode: Int) async throws {
        let (_, _, _, end) = try await ended(behaviour)
        try require(end.phase == phase, "it ended as \(end.phase)")
        try require(end.cause?.exitCode == exitCode, "the exit code is \(String(describing: end.cause?.exitCode))")
    }

    func phasesMoveForward() async throws {
        // Some seconds of this machine, so that each phase is observed several times.
        let seconds = max(3, Int(3 * fixture.clock.rate))
        let (runner, _, handle) = try await submitted(.runs(seconds: seconds))
        var seen: [Observation] = []
        let end = try await end(of: handle, with: runner) { seen.append($0) }
        let phases = seen.map(\.phase)
        let ranks = phases.map(\.rank)
        try require(ranks == ranks.sorted(), "a phase moved backwards: \(phases)")
        try require(end.phase == .succeeded, "it ended as \(end.phase)")
        for runner in [runner, try await self.runner()] {
            let later = try await runner.observe(handle)
            try require(
                later?.phase == end.phase, "after \(end.phase) it is \(later.map { "\($0.phase)" } ?? "nothing")")
        }
    }

    func endIsFinal() async throws {
        let (runner, _, handle, end) = try await ended(.exit(7))
        try require(end.cause != nil, "the end has no cause")
        for round in 0..<6 {
            if round == 3 { try await runner.stop(handle, grace: .zero) }
            let other = round % 2 == 0 ? runner : try await self.runner()
            guard let later = try await other.observe(handle) else { continue }
            try require(
                later.phase == end.phase && later.cause?.code == end.cause?.code
                    && later.cause?.exitCode == end.cause?.exitCode,
                "the end was \(end.phase), \(end.cause?.message ?? ""), and later it is \(later.phase), "
                    + "\(later.cause?.message ?? "without a cause")")
        }
    }

    func timesAreFixed() async throws {
        let clock = fixture.clock
        let (runner, request) = (try await runner(), try await request(.runs(seconds: 1), try await runner()))
        let before = clock.now().addingTimeInterval(-clock.tolerance)
        let handle = try await runner.submit(request.request, as: request.id)
        var starts: Set<Date> = []
        let end = try await end(of: handle, with: runner) { seen in
            if let start = seen.startedAt { starts.insert(start) }
        }
        try require(starts.count <= 1, "the start moves: \(starts.sorted())")
        guard let ended = end.endedAt else { throw Broken("the end has no time") }
        let now = clock.now().addingTimeInterval(clock.tolerance)
        try require(ended <= now, "the end is \(ended), and now it is \(clock.now())")
        try require(ended >= before, "the end is \(ended), and it was submitted at \(before) or later")
        if let start = end.startedAt {
            try require(start <= ended, "the start is \(start), after the end, which is \(ended)")
            try require(start >= before, "the start is \(start), and it was submitted at \(before) or later")
        }
        // Long enough for a clock that counts whole seconds.
        for round in 0..<12 {
            try await Task.sleep(for: .milliseconds(100))
            let other = round % 3 == 0 ? try await self.runner() : runner
            guard let later = try await other.observe(handle) else { continue }
            try require(
                later.endedAt == ended,
                "the end was \(ended), and later it is \(later.endedAt.map { "\($0)" } ?? "nil")")
            try require(later.startedAt == end.startedAt, "the start moves after the end")
        }
    }

    func observeMany() async throws {
        let (runner, _, first) = try await submitted(.exit(0))
        let (_, _, second) = try await submitted(.exit(5))
        for handle in [first, second] { _ = try await end(of: handle, with: runner) }
        let both = try await runner.observe([first, second])
        try require(
            Set(both.map(\.runID)) == [first.runID, second.runID] && both.count == 2,
            "it observed \(both.map(\.runID)) instead of \([first.runID, second.runID])")
        let ends = Dictionary(both.map { ($0.runID, $0.phase) }) { $1 }
        try require(
            ends[first.runID] == .succeeded && ends[second.runID] == .failed, "the ends are exchanged or wrong: \(ends)"
        )
        try require(try await runner.observe([RunHandle]()).isEmpty, "it returned observations for no handles")
    }

    func observeReleased() async throws {
        let (runner, _, handle, _) = try await ended(.exit(0))
        try await runner.release(handle)
        let phases = try await self.runner().observe([handle]).map(\.phase)
        let isFine = phases.count == 1 && phases.allSatisfy { $0 == .missing || $0.isEnd }
        try require(isFine, "a released run is \(phases)")
        try await runner.stop(handle, grace: .seconds(1))
    }

    func observeUnreachable() async throws {
        try await demand(.unreachable)
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        try await with(.unreachable) {
            for runner in [runner, try await self.runner()] {
                let seen: [Observation]
                do {
                    seen = try await runner.observe([handle])
                } catch let error as BackendError {
                    try require(
                        error.category != .notFound, "the error says that the run does not exist: \(error)")
                    continue
                }
                // A plugin may know that the run had not ended.
                try require(
                    seen.map(\.phase) == [.running],
                    "'observe' returned \(seen.isEmpty ? "nothing" : "\(seen.map(\.phase))")")
            }
        }
        let later = try await runner.observe(handle)
        try require(later?.phase == .running, "afterwards it is \(later.map { "\($0.phase)" } ?? "nothing")")
    }

    func observeThrottled() async throws {
        try await demand(.throttled)
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        try await with(.throttled) {
            do {
                // Nothing means that the run is observed by a later call.
                guard let seen = try await runner.observe(handle) else { return }
                try require(seen.phase == .running, "'observe' returned \(seen.phase)")
            } catch let error as BackendError {
                try require(
                    error.isWorthRetrying, "the category '\(error.category)' is not that of a busy backend: \(error)")
            }
        }
    }

    func observeLateLists() async throws {
        try await demand(.lateLists)
        try await with(.lateLists) {
            let (runner, request, handle) = try await submitted(.silent)
            for other in [runner, try await self.runner()] {
                if let seen = try await other.observe(handle) {
                    try require(seen.phase != .missing && !seen.phase.isEnd, "'observe' returned \(seen.phase)")
                }
            }
            _ = try await self.runner().submit(request, as: handle.runID)
            try await requireOne(handle.runID)
        }
    }

    func observeRetried() async throws {
        let (_, _, _, end) = try await ended(.retried(3))
        try require(end.phase == .succeeded, "its last attempt succeeded, and it ended as \(end.phase)")
    }

    func handleIsStored() async throws {
        let (_, _, handle) = try await submitted(.exit(3))
        let restored = try JSON.decode(RunHandle.self, from: JSON.canonicalData(handle))
        let end = try await end(of: restored, with: try await runner())
        try require(end.cause?.exitCode == 3, "the exit code is \(String(describing: end.cause?.exitCode))")
    }

    // MARK: reach

    func reachAnswers() async throws { try await runner().reach() }

    func reachUnreachable() async throws {
        try await demand(.unreachable)
        let runner = try await runner()
        try await with(.unreachable) {
            _ = try await failure("'reach', without a way to the backend,") { try await runner.reach() }
        }
        try await runner.reach()
    }
}
