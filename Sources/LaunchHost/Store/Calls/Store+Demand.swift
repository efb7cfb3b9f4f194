/// Limits for each type of instances. A run's demand is known after its job was resolved; a claim counts it from then on.
extension Store {
    /// Begins the work on a resolved job, or returns the run to its queue if its demand does not fit a limit of the queue.
    /// The run then keeps its position, and is claimed again when its demand fits.
    ///
    /// Claims and admissions of a queue with limits wait for each other, so that together they never exceed a limit.
    /// - Parameters:
    ///   - token: the fencing token of the caller's claim.
    ///   - queue: the queue of the run; nil if it has none.
    ///   - state: the state of the run if it is admitted.
    ///   - mayReturn: whether the run may return to its queue. Otherwise its demand is only recorded.
    ///   - changes: the results that are stored if the run is admitted. A run that returns is resolved again.
    /// - Throws: as `transition`.
    package func admit(
        _ id: RunID, token: Int64, of queue: String?, to state: RunState, demand: RunDemand, mayReturn: Bool = true,
        changes: RunChanges
    ) async throws(StoreError) -> RunRecord {
        var recorded = changes
        // A text that is too long for an index is refused where it matters.
        if !demand.counts.isEmpty { recorded.demand = demand.isStorable ? demand.text : "" }
        let changes = recorded
        guard let text = changes.demand, let queue, mayReturn else {
            return try await transition(id, token: token, to: state, changes: changes)
        }
        return try await write { connection throws(StoreError) in
            // The queue is locked before the run, as by a claim.
            if let limits = try Self.limits(of: [queue], connection)[queue]?.perInstanceType {
                let run = try Self.held(id, token, connection)
                let used = try Self.instancesHeld(in: queue, of: Set(limits.keys), besides: id, connection)
                if run.state.mayBecome(.queued), let lack = demand.lack(under: limits, used: used) {
                    try connection.run("UPDATE runs SET demand = ? WHERE id = ?", [.text(text), .text(id.rawValue)])
                    return try Self.giveBack(
                        id, run, connection, cause: nil, message: "waits: \(lack.limit)", notBefore: nil,
                        countsAttempt: false, at: try connection.now)
                }
            }
            return try Self.transition(id, token, to: state, cause: nil, message: nil, changes, connection)
        }
    }

    /// The numbers of instances that runs of the queue occupy, for these types. The cost grows with the number of these
    /// runs, not with the number of all runs under way.
    static func instancesHeld(
        in queue: String, of types: Set<String>, besides id: RunID? = nil, _ connection: any Connection
    ) throws(StoreError) -> [String: Int] {
        var used: [String: Int] = [:]
        for (text, demand) in try heldDemands(in: queue, of: types, connection) {
            let runs = try connection.first(
                """
                SELECT count(*) AS n FROM runs INDEXED BY runs_live_for
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND demand <> '' AND queue = ?
                    AND demand = ? AND id <> ?
                """, [.text(queue), .text(text), .text(id?.rawValue ?? "")]
            ) { row throws(StoreError) in Int(clamping: try row.integer("n")) }
            for (type, count) in demand.counts {
                used[type] = (used[type] ?? 0).saturatingAdding(count.saturatingMultiplied(by: runs ?? 0))
            }
        }
        return used
    }

    /// The first runs, at most `most`, that occupy instances of a type.
    static func holders(
        of type: String, in queue: String, most: Int, _ connection: any Connection
    ) throws(StoreError) -> [RunID] {
        var found: [RunID] = []
        for (text, _) in try heldDemands(in: queue, of: [type], connection) where found.count < most {
            found += try connection.rows(
                """
                SELECT id FROM runs INDEXED BY runs_live_for
                WHERE state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND demand <> '' AND queue = ?
                    AND demand = ? LIMIT ?
                """, [.text(queue), .text(text), .integer(most - found.count)]
            ) { row throws(StoreError) in row.runID }.compactMap(\.self)
        }
        return found
    }

    /// The different demands of runs under way that include one of these types.
    private static func heldDemands(
        in queue: String, of types: Set<String>, _ connection: any Connection
    ) throws(StoreError) -> [(text: String, demand: RunDemand)] {
        try connection.rows(heldDemandsStatement, [.text(queue)]) { row throws(StoreError) in
            try row.text("demand")
        }.compactMap { text in
            RunDemand(text: text).flatMap { types.isDisjoint(with: $0.counts.keys) ? nil : (text, $0) }
        }
    }

    /// The different demands of waiting runs that may be claimed; nil if the queue does not limit instances. A demand that
    /// is not known yet is one of them.
    static func claimableDemands(
        in queue: String, limits: QueueLimits?, _ connection: any Connection
    ) throws(StoreError) -> [String]? {
        guard let most = limits?.perInstanceType, !most.isEmpty else { return nil }
        let waiting = try connection.rows(waitingDemandsStatement, [.text(queue)]) { row throws(StoreError) in
            try row.text("demand")
        }
        guard waiting.contains(where: { !$0.isEmpty }) else { return waiting }
        let used = try instancesHeld(in: queue, of: Set(most.keys), connection)
        return waiting.filter { text in
            // An agent that claims a run with another text computes the demand again.
            RunDemand(text: text).map { $0.isClaimable(under: most, used: used) } ?? true
        }
    }

    // Both statements take one step in the index for each different demand, not one for each run.
    private static let heldDemandsStatement = differentDemands(
        "INDEXED BY runs_live_for", "state NOT IN ('queued', 'succeeded', 'failed', 'stopped') AND demand <> ''")
    private static let waitingDemandsStatement = differentDemands("INDEXED BY runs_ready_for", "state = 'queued'")

    private static func differentDemands(_ index: String, _ condition: String) -> String {
        """
        WITH RECURSIVE demands (demand) AS (
            SELECT (SELECT demand FROM runs \(index) WHERE \(condition) AND queue = ?1 ORDER BY demand LIMIT 1)
            UNION ALL
            SELECT (SELECT runs.demand FROM runs \(index)
                WHERE \(condition.replacing("demand", with: "runs.demand")) AND queue = ?1
                    AND runs.demand > demands.demand
                ORDER BY runs.demand LIMIT 1)
            FROM demands WHERE demands.demand IS NOT NULL
        )
        SELECT demand FROM demands WHERE demand IS NOT NULL
        """
    }
}

extension RunDemand.Lack {
    /// The limit, as a phrase: `limit of ml.p4d.24xlarge: 1 of 1 in use`.
    package var limit: String { "limit of \(type): \(used) of \(most) in use" }
}
