/// The values of a run that lists show: a few columns, without the results of its stages.
public struct RunSummary: Sendable, Hashable, Identifiable {
    /// The run's ID.
    public var id: RunID
    /// The queue; nil for a run without one.
    public var queue: String?
    /// The name that people see; nil if it is the ID.
    public var name: String?
    /// The project.
    public var project: String
    /// The state of the run.
    package var state: RunState
    /// The cause of the state; nil if there is none.
    public var cause: String?
    /// When the run was submitted.
    public var submittedAt: Timestamp
    /// When its container started.
    public var startedAt: Timestamp?
    /// When the run reached its end state.
    public var endedAt: Timestamp?

    /// A cause without a readable message is shown as it is.
    static func columns(_ connection: any Connection) -> String {
        """
        id, queue, name, project, state, coalesce(\(connection.text(at: ["message"], of: "cause")), cause) AS cause_message,
        submitted_at, started_at, ended_at
        """
    }

    /// Reads a row of these columns; nil if its ID is invalid, so that it does not hide the other rows.
    init?(_ row: Row) throws(StoreError) {
        guard let id = row.runID else { return nil }
        var values = StoredValues(row)
        self.id = id
        queue = row.optionalText("queue")
        name = row.optionalText("name").flatMap { $0 == id.rawValue ? nil : $0 }
        project = try row.text("project")
        state = values.state()
        cause = row.optionalText("cause_message")
        submittedAt = try row.time("submitted_at")
        startedAt = row.optionalTime("started_at")
        endedAt = row.optionalTime("ended_at")
    }

    /// How long the run has run until this time, or ran in total; nil if its container has not started.
    public func duration(at now: Timestamp) -> Duration? {
        startedAt.map { start in
            .milliseconds(max(0, (endedAt ?? now).milliseconds.saturatingSubtracting(start.milliseconds)))
        }
    }
}
