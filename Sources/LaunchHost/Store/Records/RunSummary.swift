/// The values of a run that lists show: a few columns, without the results of its stages.
public struct RunSummary: Sendable, Hashable, Identifiable {
    /// The run's ID.
    public var id: RunID
    /// Its number in the order of submission.
    package var sequence: Int64
    /// The queue; nil for a run without one.
    public var queue: String?
    /// The type of the runner.
    package var resource: String
    /// The account that submitted the run.
    package var author: String
    /// The priority in the queue.
    package var priority: Priority
    /// The name that people see; nil if it is the ID.
    public var name: String?
    /// The project.
    public var project: String
    /// The state of the run.
    package var state: RunState
    /// The cause of the state; nil if there is none.
    public var cause: String?
    /// The backend's own text for the state.
    package var backendStatus: String?
    /// The owner, or the last one; nil if no process has held the run.
    package var owner: OwnerID?
    /// The instances that it occupies; none if they are unknown, or no queue can limit them.
    package var demand = RunDemand.none
    /// The earliest time of a claim.
    package var notBefore: Timestamp?
    /// When a stop was requested, by whom, and its grace period in seconds.
    package var stopRequestedAt: Timestamp?
    package var stopRequestedBy: String?
    package var stopGraceSeconds: Int?
    /// When the run was submitted.
    public var submittedAt: Timestamp
    /// When its container started.
    public var startedAt: Timestamp?
    /// When the run reached its end state.
    public var endedAt: Timestamp?

    /// A cause without a readable message is shown as it is.
    static func columns(_ connection: any Connection) -> String {
        """
        id, sequence, queue, resource, author, name, project, priority, state,
        coalesce(\(connection.text(at: ["message"], of: "cause")), cause) AS cause_message, backend_status, owner,
        demand, not_before, stop_requested_at, stop_requested_by, stop_grace, submitted_at, started_at, ended_at
        """
    }

    /// How long the run has run until this time, or ran in total; nil if its container has not started.
    public func duration(at now: Timestamp) -> Duration? {
        startedAt.map { start in
            .milliseconds(max(0, (endedAt ?? now).milliseconds.saturatingSubtracting(start.milliseconds)))
        }
    }
}

extension RunSummary {
    /// Reads a row of these columns; nil if its ID is invalid, so that it does not hide the other rows.
    init?(_ row: Row) throws(StoreError) {
        guard let id = row.runID else { return nil }
        var values = StoredValues(row)
        self.id = id
        sequence = try row.integer("sequence")
        resource = try row.text("resource")
        author = try row.text("author")
        priority = Priority(rank: Int(clamping: try row.integer("priority")))
        backendStatus = row.optionalText("backend_status")
        owner = row.optionalText("owner").flatMap { OwnerID(rawValue: $0) }
        demand = row.optionalText("demand").flatMap { RunDemand(text: $0) } ?? .none
        notBefore = row.optionalTime("not_before")
        stopRequestedAt = row.optionalTime("stop_requested_at")
        stopRequestedBy = row.optionalText("stop_requested_by")
        stopGraceSeconds = row.optionalInteger("stop_grace").map { Int(clamping: $0) }
        queue = row.optionalText("queue")
        name = row.optionalText("name").flatMap { $0 == id.rawValue ? nil : $0 }
        project = try row.text("project")
        state = values.state()
        cause = row.optionalText("cause_message")
        submittedAt = try row.time("submitted_at")
        startedAt = row.optionalTime("started_at")
        endedAt = row.optionalTime("ended_at")
    }
}

extension RunRecord {
    /// The values of the run that lists show.
    package var summary: RunSummary {
        RunSummary(
            id: id, sequence: sequence, queue: queue, resource: resource, author: author, priority: priority,
            name: name == id.rawValue ? nil : name, project: project, state: state, cause: cause?.message,
            backendStatus: backendStatus, owner: owner, demand: demand, notBefore: notBefore,
            stopRequestedAt: stopRequestedAt,
            stopRequestedBy: stopRequestedBy, stopGraceSeconds: stopGraceSeconds, submittedAt: submittedAt,
            startedAt: startedAt, endedAt: endedAt)
    }
}

extension Priority {
    /// The priority of this rank; `medium` for a number that is not a rank.
    init(rank: Int) {
        let ranks = Priority.allCases
        self = ranks.indices.contains(rank) ? ranks[rank] : .medium
    }
}
