internal import LaunchPluginKit

extension RunnerConformance {
    func job(_ behaviour: RunnerFixture.Behaviour, _ id: RunID) throws -> RunnableJob {
        guard let job = fixture.job(behaviour, id) else {
            throw Skip(why: "the backend cannot produce this behaviour: \(behaviour)")
        }
        return job
    }

    /// Calls `body` with a new request, and afterwards frees everything that the run left in the backend.
    @discardableResult
    func withRun<T: Sendable>(
        _ behaviour: RunnerFixture.Behaviour,
        _ body: (any Runner, RunRequest, RunID) async throws -> T
    ) async throws -> T {
        let id = RunID.random()
        let runner = try await fixture.makeRunner()
        let request = try runner.render(try job(behaviour, id))
        let result: Result<T, any Error>
        do {
            result = .success(try await body(runner, request, id))
        } catch {
            result = .failure(error)
        }
        if let handle = try await runner.find(request, as: id) {
            try await runner.stop(handle, grace: .zero)
            _ = try await end(of: handle, with: runner)
            try await runner.release(handle)
        }
        return try result.get()
    }

    func withEndedRun(
        _ behaviour: RunnerFixture.Behaviour, _ body: (any Runner, RunHandle) async throws -> Void
    ) async throws {
        try await withRun(behaviour) { runner, request, id in
            let handle = try await runner.submit(request, as: id)
            _ = try await end(of: handle, with: runner)
            try await body(runner, handle)
        }
    }

    /// Observes the run until its end.
    func end(
        of handle: RunHandle, with runner: any Runner, seen: (Observation) -> Void = { _ in }
    ) async throws -> Observation {
        try await observe(handle, with: runner, seen: seen) { observation in
            [.succeeded, .failed, .stopped].contains(observation.phase)
        }
    }

    @discardableResult
    func observe(
        _ handle: RunHandle, with runner: any Runner, seen: (Observation) -> Void = { _ in },
        until reached: (Observation) -> Bool
    ) async throws -> Observation {
        let deadline = ContinuousClock.now + fixture.limit
        var last: Observation?
        while ContinuousClock.now < deadline {
            for observation in try await runner.observe([handle]) {
                last = observation
                seen(observation)
                if reached(observation) { return observation }
                if observation.phase == .missing { throw Broken("the backend lost the run") }
            }
            try await Task.sleep(for: min(runner.pace.shortest, .milliseconds(50)))
        }
        throw Broken("after \(fixture.limit) the run is still \(last.map { "\($0.phase)" } ?? "not observed")")
    }

    func within<T: Sendable>(
        _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw Broken("\(what) took over \(limit)")
            }
            return value
        }
    }
}
