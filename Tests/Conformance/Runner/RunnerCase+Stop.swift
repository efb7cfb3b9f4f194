internal import Foundation
internal import LaunchPluginKit

// `stop`, `finish` and `release`.
extension RunnerCase {
    func stops(_ behaviour: RunnerFixture.Behaviour, waitForRunning: Bool) async throws {
        let (runner, _, handle) = try await submitted(behaviour)
        if waitForRunning { try await observe(handle, with: runner) { $0.phase == .running } }
        let begin = ContinuousClock.now
        try await runner.stop(handle, grace: .seconds(2))
        let end = try await end(of: handle, with: runner)
        let took = ContinuousClock.now - begin
        try require(end.phase != .succeeded, "a stopped run counts as succeeded")
        try require(took < .seconds(120), "it took \(took)")
    }

    func stopKills() async throws {
        let clock = fixture.clock
        // A signal may arrive before the job ignores it, in which case the end says nothing.
        for _ in 0..<3 {
            let (runner, _, handle) = try await submitted(.stubborn)
            try await observe(handle, with: runner) { $0.phase == .running }
            let grace = fixture.plugin.base.capabilities.fixedGrace ?? .seconds(6)
            let ordered = clock.now()
            try await runner.stop(handle, grace: grace)
            let end = try await end(of: handle, with: runner)
            try require(end.phase != .succeeded, "a stopped run counts as succeeded")
            guard let ended = end.endedAt else { return }
            let waited = ended.timeIntervalSince(ordered)
            if waited < grace / .seconds(1) - clock.tolerance {
                if end.cause?.exitCode == 143 { continue }
                throw Broken("it was killed after \(waited) s, and its grace period is \(grace)")
            }
            return
        }
    }

    /// How long an orderly job works on after SIGTERM: some seconds of this machine, within the grace period.
    private var ownEnd: Int {
        let most = fixture.plugin.base.capabilities.fixedGrace.map { $0 / .seconds(1) * 0.8 } ?? .infinity
        return Int(max(1, min(4 * fixture.clock.rate, most)))
    }

    func stopGrace() async throws {
        let seconds = ownEnd
        let (runner, _, handle) = try await submitted(.orderly(seconds: seconds))
        try await awaitLine("line 1", of: handle, runner)
        try await runner.stop(handle, grace: .seconds(seconds * 15))
        let end = try await end(of: handle, with: runner)
        try require(end.phase != .missing, "it is missing after the stop")
        if let code = end.cause?.exitCode {
            try require(code == 5, "its own exit code is 5, and it ended with \(code)")
        }
        let texts = try await runner.read(handle, follow: false).map(\.text)
        // A shell may also print that it has ended a child.
        try require(texts.last == "line 2", "it did not come to its own end: its log is \(listed(texts))")
    }

    func stopReturns() async throws {
        let seconds = ownEnd
        let isOrderly = fixture.job(.orderly(seconds: seconds), RunID.random()) != nil
        let (runner, _, handle) = try await submitted(isOrderly ? .orderly(seconds: seconds) : .stubborn)
        if isOrderly {
            try await awaitLine("line 1", of: handle, runner)
        } else {
            try await observe(handle, with: runner) { $0.phase == .running }
        }
        let begin = ContinuousClock.now
        try await runner.stop(handle, grace: .seconds(seconds * (isOrderly ? 15 : 2)))
        let took = (ContinuousClock.now - begin) / .seconds(1) * fixture.clock.rate
        let after = try await runner.observe(handle)
        let waited = took >= Double(seconds) && (after?.phase.isEnd ?? true)
        try require(!waited, "'stop' returned after \(took) s, and the run had ended")
    }

    func stopEnded() async throws {
        let (runner, _, handle, end) = try await ended(.exit(0))
        try await runner.stop(handle, grace: .seconds(1))
        try await self.runner().stop(handle, grace: .seconds(1))
        let later = try await runner.observe(handle)
        try require(
            later?.phase == end.phase, "the stop turned \(end.phase) into \(later.map { "\($0.phase)" } ?? "nil")")
    }

    func stopUnreachable() async throws {
        try await demand(.unreachable)
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        let threw = try await with(.unreachable) { () -> Bool in
            do {
                try await runner.stop(handle, grace: .seconds(1))
                return false
            } catch is BackendError {
                return true
            }
        }
        if !threw { try await stopsLater(handle, runner) }
    }

    /// Throws if an order that the plugin accepted without the backend is not carried out.
    func stopsLater(_ handle: RunHandle, _ runner: CheckedRunner) async throws {
        let end: Observation
        do {
            end = try await self.end(of: handle, with: runner)
        } catch let broken as Broken {
            throw Broken("'stop' succeeded without a way to the backend, and later: \(broken)")
        }
        try require(end.phase != .succeeded, "'stop' succeeded without a way to the backend, and the run went on")
    }

    // MARK: finish and release

    func finishTwice() async throws {
        let (runner, request, handle, _) = try await ended(.lines(3))
        let folder = "\(fixture.folder)/outputs-\(handle.runID)"
        try await asked("folder") {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try await runner.finish(handle, of: request, into: folder)
        let second = try await self.runner().finish(handle, of: request, into: folder)
        try require(first == second, "two calls gave \(first) and \(second)")
    }

    func releaseFrees() async throws {
        let (runner, _, handle, _) = try await ended(.exit(0))
        try await runner.release(handle)
        try await self.runner().release(handle)
        let count = try await count(handle.runID)
        try require(count == 0, "the backend still holds \(count)")
    }

    func releaseUnreachable() async throws {
        try await demand(.unreachable)
        let (runner, _, handle, _) = try await ended(.exit(0))
        let threw = try await with(.unreachable) { () -> Bool in
            do {
                try await runner.release(handle)
                return false
            } catch is BackendError {
                return true
            }
        }
        let count = try await count(handle.runID)
        try require(threw || count == 0, "'release' returned, and the backend still holds \(count)")
        try await runner.release(handle)
        let after = try await self.count(handle.runID)
        try require(after == 0, "after another release the backend still holds \(after)")
    }
}
