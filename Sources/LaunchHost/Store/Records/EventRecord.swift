/// One thing that happened to a run. Events are only ever added.
public struct EventRecord: Sendable, Hashable, Codable {
    /// Its place among all events, ascending.
    public var sequence: Int64
    /// The run.
    public var runID: RunID
    /// When it was written; of what a backend told later, when it happened.
    public var at: Timestamp
    /// The run's state after it.
    public var state: RunState
    /// Why.
    public var cause: Cause?
    /// What happened, in words.
    public var message: String?

    /// The row's number, and its event where the run ID is one.
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
