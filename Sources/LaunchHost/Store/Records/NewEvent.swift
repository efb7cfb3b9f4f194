/// An event to add to a run.
struct NewEvent {
    var run: RunID
    var state: RunState
    var cause: Cause?
    var message: String?
    var time: Timestamp

    /// The beginning of a statement that adds the event. The columns are in the order of `values`.
    static let insert = "INSERT INTO events (run_id, at, state, cause, message)"

    func values() throws(StoreError) -> [SQLValue] {
        [.text(run.rawValue), .time(time), .text(state.rawValue), try .words(cause), .words(message)]
    }
}

extension Connection {
    func add(_ event: NewEvent) throws(StoreError) {
        try run("\(NewEvent.insert) VALUES (?, ?, ?, ?, ?)", try event.values())
    }
}
