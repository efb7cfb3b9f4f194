internal import LaunchPluginKit

extension RunnerConformance {
    func stops(_ behaviour: RunnerFixture.Behaviour, waitForRunning: Bool) async throws {
        try await withRun(behaviour) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            if waitForRunning {
                try await observe(handle, with: runner) { $0.phase == .running }
            }
            let grace = Duration.seconds(2)
            let begin = ContinuousClock.now
            try await runner.stop(handle, grace: grace)
            let end = try await end(of: handle, with: runner)
            let took = ContinuousClock.now - begin
            try require(end.phase != .succeeded, "a stopped run counts as succeeded")
            try require(took < grace + .seconds(120), "it took \(took)")
        }
    }

    func stopAfterEnd() async throws {
        try await withRun(.exit(0)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            let end = try await end(of: handle, with: runner)
            try await runner.stop(handle, grace: .seconds(1))
            try await runner.stop(handle, grace: .seconds(1))
            let later = try await runner.observe([handle])
            try require(later.map(\.phase) == [end.phase], "the stop turned \(end.phase) into \(later.map(\.phase))")
        }
    }

    // MARK: finish and release

    func finishTwice() async throws {
        try await withRun(.lines(3)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            _ = try await end(of: handle, with: runner)
            let first = try await runner.finish(handle, of: request, into: fixture.folder)
            let second = try await fixture.makeRunner().finish(handle, of: request, into: fixture.folder)
            try require(first == second, "two calls gave \(first) and \(second)")
        }
    }

    func releaseFrees() async throws {
        try await withRun(.exit(0)) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            _ = try await end(of: handle, with: runner)
            try await runner.release(handle)
            try await runner.release(handle)
            let count = try await fixture.count(id)
            try require(count == 0, "the backend still holds \(count)")
        }
    }
}
