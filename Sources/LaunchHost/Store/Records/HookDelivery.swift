/// A report of one event to one hook, which is in the store until it is delivered or given up.
package struct HookDelivery: Sendable, Hashable {
    /// Its number among all deliveries, ascending. The deliveries of one hook about one run have this order.
    package var number: Int64
    /// The name of the hook.
    package var hook: String
    /// What identifies the event: one delivery for each hook and event.
    package var event: String
    /// What happened: `failed`, `waiting`, `no-agent`.
    package var kind: String
    /// The run; nil for an event of a queue.
    package var runID: RunID?
    /// The queue, if there is one.
    package var queue: String?
    /// When it happened.
    package var at: Timestamp
    /// The number of tries, with the present one.
    package var tries: Int
    /// The fencing token of the present try.
    package var token: Int64
    /// When its first try began, or now.
    package var now: Timestamp
    /// The budget that was exceeded, for an event of the kind `budget`.
    package var budget: ExceededBudget?

    init(_ row: Row, now: Timestamp) throws(StoreError) {
        number = try row.integer("number")
        hook = try row.text("hook")
        event = try row.text("event")
        kind = try row.text("kind")
        runID = row.optionalText("run_id").flatMap { RunID(rawValue: $0) }
        queue = row.optionalText("queue")
        at = try row.time("at")
        tries = Int(clamping: try row.integer("tries"))
        token = try row.integer("claim_token")
        self.now = now
        var values = StoredValues(row)
        budget = values.json("detail")
    }
}

/// An event that a hook reports.
struct HookEvent: Sendable, Hashable {
    /// What identifies it among the events of a hook.
    let name: String
    let kind: String
    let runID: RunID?
    let queue: String?
    let at: Timestamp

    init(_ name: String, _ kind: String, _ runID: RunID?, queue: String?, at: Timestamp) {
        (self.name, self.kind, self.runID, self.queue, self.at) = (name, kind, runID, queue, at)
    }
}

/// What a hook reports, as the store reads it from the log of events.
package struct HookSource: Sendable, Hashable {
    /// The name of the hook.
    package var hook: String
    /// The states of the ends that it reports.
    package var ends: [RunState]
    /// How long a run waits before it is reported, in seconds.
    package var waits: [Int64]
    /// The queues whose runs it reports; nil means all.
    package var queues: [String]?
    /// The costs of a queue in a month above which it reports them.
    package var budgets: [Money]

    /// What a hook of the configuration reports.
    package init(_ settings: HookSettings) {
        (hook, ends, waits, queues) = (settings.name, settings.ends, settings.waits, settings.queues)
        budgets = settings.budgets
    }

    /// Whether the hook needs the ends of this state.
    func observes(_ state: RunState) -> Bool {
        state.isTerminal && (!budgets.isEmpty || ends.contains(state))
    }

    /// Whether the hook reports runs of the queue; nil means runs without one.
    package func includes(_ queue: String?) -> Bool {
        guard let queues else { return true }
        return queue.map(queues.contains) ?? false
    }
}

/// The state of a hook's deliveries.
package struct HookSummary: Sendable, Hashable {
    /// The name of the hook.
    package var hook: String
    /// The number of deliveries that wait or are tried.
    package var pending: Int
    /// The number of deliveries of the last days that were given up.
    package var givenUp: Int
    /// The number of deliveries of the last days that succeeded.
    package var delivered: Int
    /// The time of the oldest event that is not delivered.
    package var oldest: Timestamp?
    /// Why the last try failed; nil if none has, or a later one succeeded.
    package var error: String?
    /// The present month in UTC by the clock of the store: `2026-11`.
    package var month: String
    /// What the runs of queues have cost in this month, if the hook has budgets.
    package var spending: [HookSpending]
}
