internal import LaunchPluginKit

// Calls of a backend that accepts the connection and gives no answer.
extension RunnerCase {
    /// Calls the plugin while the backend gives no answer, and cancels the call after a moment. A call that then ends
    /// neither by itself nor because of the cancellation is ended by the hard limit of the case.
    /// - Returns: what the call returned; nil if it threw.
    private func withoutAnswer<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T? {
        try await with(.silent) {
            await withTaskGroup(of: T?.self) { group in
                group.addTask { try? await body() }
                try? await Task.sleep(for: .seconds(2))
                group.cancelAll()
                return await group.next() ?? nil
            }
        }
    }

    func submitNoAnswer() async throws {
        try await demand(.silent)
        let runner = try await runner()
        let (request, id) = try await request(.silent, runner)
        let handle = try await withoutAnswer { try await runner.submit(request, as: id) }
        if let handle { throw Broken("'submit' returned \(handle)") }
        // The backend may have the run, but not two.
        _ = try await self.runner().submit(request, as: id)
        try await requireOne(id)
    }

    func observeNoAnswer() async throws {
        try await demand(.silent)
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        for runner in [runner, try await self.runner()] {
            guard let seen = try await withoutAnswer({ try await runner.observe([handle]) }) else { continue }
            try require(seen.allSatisfy { $0.phase == .running }, "'observe' returned \(seen.map(\.phase))")
        }
        let later = try await runner.observe(handle)
        try require(later?.phase == .running, "afterwards it is \(later.map { "\($0.phase)" } ?? "nothing")")
    }

    func stopNoAnswer() async throws {
        try await demand(.silent)
        let (runner, _, handle) = try await submitted(.silent)
        try await observe(handle, with: runner) { $0.phase == .running }
        let accepted: Void? = try await withoutAnswer { try await runner.stop(handle, grace: .seconds(1)) }
        if accepted != nil { return try await stopsLater(handle, runner) }
        try await runner.stop(handle, grace: .seconds(1))
        _ = try await end(of: handle, with: runner)
    }

    func reachNoAnswer() async throws {
        try await demand(.silent)
        let runner = try await runner()
        let answered: Void? = try await withoutAnswer { try await runner.reach() }
        try require(answered == nil, "'reach' succeeded")
        try await runner.reach()
    }
}
