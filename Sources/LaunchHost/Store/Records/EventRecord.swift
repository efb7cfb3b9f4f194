/// One event of a run. Events are append-only.
public struct EventRecord: Sendable, Hashable, Codable {
    /// Its number among all events, ascending.
    public var sequence: Int64
    /// The run.
    public var runID: RunID
    /// When the event was written; for a step of the backend's history, when it happened.
    public var at: Timestamp
    /// The state of the run after the event.
    package var state: RunState
    /// The cause of the state.
    public var cause: Cause?
    /// A sentence about what happened.
    public var message: String?

    /// The row's number, and its event if the run ID is valid.
    static func numbered(_ row: Row) throws(StoreError) -> (sequence: Int64, event: EventRecord?) {
        let isReadable = row.optionalText("run_id").flatMap { RunID(rawValue: $0) } != nil
        return (try row.integer("seq"), isReadable ? try EventRecord(row) : nil)
    }

    init(_ row: Row) throws(StoreError) {
        sequence = try row.integer("seq")
        runID = try row.word("run_id")
        at = try row.time("at")
        var values = StoredValues(row)
        state = values.state()
        cause = values.json("cause")
        let parts = [row.optionalText("message"), values.damage].compactMap(\.self)
        message = parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
