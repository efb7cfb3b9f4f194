/// What lists show of a run: the few columns that a person looks at, without the values of its stages.
public struct RunSummary: Sendable, Hashable, Identifiable {
    /// The run's ID.
    public var id: RunID
    /// The queue; nil for a run without one.
    public var queue: String?
    /// The name for people; nil where it is the ID.
    public var name: String?
    /// The project.
    public var project: String
    /// Where it stands.
    public var state: RunState
    /// Why it is there, in words; nil where the state says it all.
    public var cause: String?
    /// When it was submitted.
    public var submittedAt: Timestamp
    /// When its container began to run.
    public var startedAt: Timestamp?
    /// When it reached its end state.
    public var endedAt: Timestamp?

    /// A cause that is not JSON would end the query for all rows.
    static let columns = """
        id, queue, name, project, state, iif(json_valid(cause), cause ->> '$.message', cause) AS cause_message,
        submitted_at, started_at, ended_at
        """

    /// Reads a row of these columns; nil where its ID is none, which must not hide the other rows.
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

    /// How long it has run at that time, or ran; nil for a run whose container has not begun.
    public func duration(at now: Timestamp) -> Duration? {
        startedAt.map { start in
            .milliseconds(max(0, (endedAt ?? now).milliseconds.saturatingSubtracting(start.milliseconds)))
        }
    }
}
