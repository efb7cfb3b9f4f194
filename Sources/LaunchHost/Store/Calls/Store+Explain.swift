/// Explains why runs are where they are.
extension Store {
    /// Why a run is where it is, and what happens next.
    /// - Parameter buildStep: the step of its image's build, if it is known.
    /// - Throws: `StoreError` if the database cannot be read.
    package func explain(_ run: RunRecord, buildStep: BuildStep? = nil) async throws(StoreError) -> RunExplanation {
        let facts = try await facts(of: [run.summary], most: .max)
        var fact = facts.first ?? RunExplanation.Facts(run.summary, now: now)
        fact.buildStep = buildStep
        return RunExplanation(fact)
    }

    /// Why these runs are where they are. At most 100 runs before each are counted, so that a list is fast.
    /// - Throws: `StoreError` if the database cannot be read.
    package func explain(_ runs: [RunSummary]) async throws(StoreError) -> [RunExplanation] {
        try await facts(of: runs, most: 100).map(RunExplanation.init)
    }

    /// The reason why a run waits and what the user can do, as a clause without a full stop; nil if no reason is known.
    /// - Throws: `StoreError` if the database cannot be read.
    public func waitReason(of run: RunRecord) async throws(StoreError) -> String? {
        if run.state.isTerminal { return nil }
        return try await waitReasonBesideStatus(of: run)
            ?? (run.state == .queued ? nil : run.backendStatus ?? run.cause?.message)
    }

    /// Why a run waits, if neither its status in the backend nor its cause says it.
    /// - Throws: `StoreError` if the database cannot be read.
    public func waitReasonBesideStatus(of run: RunRecord) async throws(StoreError) -> String? {
        run.state.isTerminal ? nil : try await explain(run).waits
    }

    /// - Parameter most: the largest number of runs before a run that is counted.
    private func facts(of runs: [RunSummary], most: Int) async throws(StoreError) -> [RunExplanation.Facts] {
        let live = runs.contains { !$0.state.isTerminal } ? try await owners.known().filter(\.isAlive) : []
        var suspended: Set<OwnerID> = []
        for owner in live where await owners.suspended(owner.record.id) != nil { suspended.insert(owner.record.id) }
        let (sleeping, agents) = (suspended, live.filter { $0.record.kind == "agent" && !$0.isLeaving })
        return try await database.read { connection throws(StoreError) in
            let now = try connection.now
            var loads: [OwnerID: Int] = [:]
            var queues: [String: RunExplanation.Facts] = [:]
            var holders: [String: [RunID]] = [:]
            var found: [RunExplanation.Facts] = []
            for run in runs {
                var facts = RunExplanation.Facts(run, now: now)
                if let queue = run.queue, !run.state.isTerminal {
                    if queues[queue] == nil {
                        var shared = facts
                        for agent in agents where agent.record.queues.contains(queue) {
                            let record = agent.record
                            if let most = record.maxJobs, loads[record.id] == nil, most > 0 {
                                loads[record.id] = try Self.load(of: record.id, connection)
                            }
                            shared.agents.append(
                                RunExplanation.Facts.Process(
                                    kind: record.kind, pid: record.pid, isSuspended: sleeping.contains(record.id),
                                    isFull: record.maxJobs.map { (loads[record.id] ?? 0) >= $0 } ?? false))
                        }
                        try Self.readRules(of: queue, at: now, into: &shared, connection)
                        queues[queue] = shared
                    }
                    if let shared = queues[queue] {
                        (facts.agents, facts.held) = (shared.agents, shared.held)
                        (facts.isPaused, facts.pausedBy, facts.pausedAt) =
                            (shared.isPaused, shared.pausedBy, shared.pausedAt)
                        (facts.limits, facts.heads, facts.ahead.first) = (
                            shared.limits, shared.heads, shared.ahead.first
                        )
                        (facts.claimable, facts.instances) = (shared.claimable, shared.instances)
                        if run.state == .queued, let lack = Self.lack(of: run, shared) {
                            let key = "\(lack.type) \(queue)"
                            if holders[key] == nil {
                                holders[key] = try Self.holders(of: lack.type, in: queue, most: 4, connection)
                            }
                            (facts.lack, facts.holders) = (lack, holders[key] ?? [])
                        }
                        if run.state == .queued, let most = shared.limits?.perSubmitter {
                            facts.heldOfAuthor = try Self.countHeld(
                                in: queue, of: run.author, upTo: most, connection)
                        }
                    }
                    if run.state == .queued {
                        let count = try Self.countAhead(
                            of: run, in: queue, demands: facts.claimable, at: now, most: most, connection)
                        (facts.ahead.count, facts.ahead.isAtLeast) = (count, count == most)
                        facts.ahead.others = facts.otherSubmitters
                    }
                }
                if let owner = live.first(where: { $0.record.id == run.owner })?.record {
                    facts.owner = RunExplanation.Facts.Process(
                        kind: owner.kind, pid: owner.pid, isSuspended: sleeping.contains(owner.id))
                }
                found.append(facts)
            }
            return found
        }
    }

    /// The instances that a waiting run lacks; nil if it fits, or its agent will find that it never fits.
    private static func lack(of run: RunSummary, _ queue: RunExplanation.Facts) -> RunDemand.Lack? {
        guard let most = queue.limits?.perInstanceType,
            !run.demand.isClaimable(under: most, used: queue.instances)
        else { return nil }
        return run.demand.lack(under: most, used: queue.instances)
    }

    private static func readRules(
        of queue: String, at now: Timestamp, into facts: inout RunExplanation.Facts, _ connection: any Connection
    ) throws(StoreError) {
        let pause = try connection.first(
            "SELECT paused, paused_by, paused_at FROM queues WHERE name = ?", [.text(queue)]
        ) { row throws(StoreError) in
            (try row.flag("paused"), row.optionalText("paused_by"), row.optionalTime("paused_at"))
        }
        if let pause { (facts.isPaused, facts.pausedBy, facts.pausedAt) = pause }
        facts.limits = try limits(of: [queue], connection)[queue]
        facts.held = try countHeld(in: queue, connection)
        if let types = facts.limits?.perInstanceType?.keys {
            facts.instances = try instancesHeld(in: queue, of: Set(types), connection)
        }
        facts.claimable = try claimableDemands(in: queue, limits: facts.limits, connection)
        facts.heads = FairShare.order(
            try heads(of: queue, besides: [], demands: facts.claimable, at: now, connection), at: now)
        guard let next = try free(facts.heads, in: queue, limits: facts.limits, connection).first else { return }
        let first = try connection.first("SELECT id FROM runs WHERE sequence = ?", [.integer(next.sequence)]) {
            row throws(StoreError) in row.runID
        }
        facts.ahead.first = first ?? nil
    }

    /// The number of ready runs that an agent claims first in any case: those of a higher priority, and the earlier ones
    /// of the same submitter and priority.
    private static func countAhead(
        of run: RunSummary, in queue: String, demands: [String]?, at now: Timestamp, most: Int,
        _ connection: any Connection
    ) throws(StoreError) -> Int {
        let fits = demands == nil ? "" : "AND demand IN (SELECT value FROM json_each(?7))"
        // Each by its index: with one condition for both, all runs of other submitters would be read.
        return try connection.first(
            """
            SELECT count(*) AS n FROM (
                SELECT 1 FROM (SELECT 1 FROM runs INDEXED BY runs_ready
                    WHERE state = 'queued' AND queue = ?1 AND priority < ?3 \(fits) AND \(isReady) LIMIT ?6) AS higher
                UNION ALL
                SELECT 1 FROM (SELECT 1 FROM runs INDEXED BY runs_ready_of
                    WHERE state = 'queued' AND queue = ?1 AND author = ?5 AND priority = ?3 AND sequence < ?4
                        \(fits) AND \(isReady) LIMIT ?6) AS own
                LIMIT ?6) AS ahead
            """,
            [
                .text(queue), .time(now), .integer(run.priority.rank), .integer(run.sequence), .text(run.author),
                .integer(most),
            ] + (demands.map { demands throws(StoreError) in [try .json(demands)] } ?? [])
        ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
    }
}
