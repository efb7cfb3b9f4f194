/// An agent as `launch agents` lists it.
package struct AgentRecord: Sendable, Hashable, Codable {
    /// What an agent does.
    package enum State: String, Sendable, Codable, CaseIterable {
        /// Claims runs from its queues.
        case live
        /// Claims runs, and ends when its queues are empty (`launch agent --drain`).
        case draining
        /// Claims no more runs, and ends after the current step of each run.
        case leaving
        /// Its process is suspended: nothing happens to its runs until it is resumed.
        case suspended
        /// Has ended without releasing its runs; the next agent of their queues adopts them.
        case gone
    }

    /// The name of the agent.
    package var id: OwnerID
    /// What it does.
    package var state: State
    /// The host name of its machine.
    package var host: String
    /// The process ID on its machine.
    package var pid: Int32
    /// The version of its program; nil if it did not say.
    package var version: String?
    /// The queues that it serves.
    package var queues: [String]
    /// The number of runs that it holds.
    package var jobs: Int
    /// The maximum number of runs that it holds at once; nil means no limit.
    package var maxJobs: Int?
    /// When it started.
    package var startedAt: Timestamp
    /// When it was last known to live; nil if the store cannot tell.
    package var lastContact: Timestamp?
}

extension Store {
    /// The agents, oldest first: the live ones, and those that ended without removing their trace. On PostgreSQL the
    /// trace of such an agent stays for a day, on SQLite until the next program that holds runs starts.
    /// - Returns: the agents, and the time by the clock of the store.
    /// - Throws: `StoreError` if the database cannot be read.
    package func agents() async throws(StoreError) -> (now: Timestamp, agents: [AgentRecord]) {
        let found = try await owners.known().filter { $0.record.kind == "agent" }
        var suspended: Set<OwnerID> = []
        for agent in found where agent.isAlive {
            if await owners.suspended(agent.record.id) != nil { suspended.insert(agent.record.id) }
        }
        let (now, loads) = try await database.read { connection throws(StoreError) in
            let now = try connection.now
            var loads: [OwnerID: Int] = [:]
            for agent in found { loads[agent.record.id] = try Self.load(of: agent.record.id, connection) }
            return (now, loads)
        }
        let agents = found.map { agent in
            AgentRecord(agent, jobs: loads[agent.record.id] ?? 0, isSuspended: suspended.contains(agent.record.id))
        }
        return (now, agents)
    }

    static func load(of owner: OwnerID, _ connection: any Connection) throws(StoreError) -> Int {
        try connection.first(
            """
            SELECT count(*) AS n FROM runs INDEXED BY runs_owned
            WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND owner = ?
            """, [.text(owner.rawValue)]
        ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
    }
}

extension AgentRecord {
    init(_ agent: KnownOwner, jobs: Int, isSuspended: Bool) {
        let record = agent.record
        let state: State =
            if !agent.isAlive {
                .gone
            } else if isSuspended {
                .suspended
            } else if agent.isLeaving {
                .leaving
            } else {
                record.drains == true ? .draining : .live
            }
        self.init(
            id: record.id, state: state, host: record.host, pid: record.pid, version: record.version,
            queues: record.queues, jobs: jobs, maxJobs: record.maxJobs, startedAt: record.startedAt,
            lastContact: agent.lastContact)
    }
}
