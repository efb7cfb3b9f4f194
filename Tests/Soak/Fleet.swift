import Foundation
import Glibc
import Synchronization

/// The agents of the team. One that ends is started again.
final class Fleet: Sendable {
    private struct Agent {
        var process: Process
        var isDoomed = false
    }
    private struct State {
        var agents: [Int: Agent] = [:]
        var isOver = false
        /// Agents that ended by themselves.
        var ends: [String] = []
    }

    private let team: Team
    private let state = Mutex(State())

    init(_ team: Team) { self.team = team }

    /// The agents that ended by themselves, with their exit codes.
    var ends: [String] { state.withLock(\.ends) }

    /// Keeps `count` agents running until `finish`.
    func keep(_ count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count { group.addTask { try await self.keep(agent: index) } }
            try await group.waitForAll()
        }
    }

    private func keep(agent index: Int) async throws {
        while !state.withLock(\.isOver) {
            let process = try team.start(["agent"], on: "agent-\(index)")
            let isLate = state.withLock { state in
                state.agents[index] = Agent(process: process)
                return state.isOver
            }
            if isLate { process.terminate() }
            let code = await process.end
            state.withLock { state in
                let isExpected = state.agents[index]?.isDoomed == true || state.isOver && code == 0
                if !isExpected { state.ends.append("agent \(index): \(code)\n\(team.log(of: "agent-\(index)"))") }
                state.agents[index] = nil
            }
        }
    }

    /// Ends an agent as a crash does. Returns false if it does not run.
    func kill(_ index: Int) -> Bool {
        state.withLock { state in
            guard let agent = state.agents[index], agent.process.isRunning else { return false }
            state.agents[index]?.isDoomed = true
            return Glibc.kill(agent.process.processIdentifier, SIGKILL) == 0
        }
    }

    /// Stops the time of an agent, and continues it. An agent that is killed meanwhile stays dead.
    func freeze(_ index: Int, for duration: Duration) async throws -> Bool {
        guard let process = state.withLock({ $0.agents[index]?.process }), process.isRunning else { return false }
        guard Glibc.kill(process.processIdentifier, SIGSTOP) == 0 else { return false }
        try? await Task.sleep(for: duration)
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGCONT) }
        return true
    }

    /// Ends all agents as an administrator does.
    func finish() {
        state.withLock { state in
            state.isOver = true
            for agent in state.agents.values where agent.process.isRunning { agent.process.terminate() }
        }
    }
}
