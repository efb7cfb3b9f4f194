/// Reads the values of one row, and records those that cannot be read instead of failing for the whole row.
struct StoredValues {
    private let row: Row
    private var notes: [String] = []

    init(_ row: Row) {
        self.row = row
    }

    /// Which values cannot be read, and why; nil if all can.
    var damage: String? { notes.isEmpty ? nil : notes.joined(separator: " ") }

    /// The value of a column; nil if it is absent or cannot be read.
    mutating func json<T: Decodable & Sendable>(_ column: String) -> T? {
        do throws(StoreError) {
            return try row.optionalJSON(column)
        } catch {
            // The message of a decoder may contain the value.
            notes.append(String(error.message.prefix(300)))
            return nil
        }
    }

    /// The value of a column that must not be null.
    mutating func required<T: Decodable & Sendable>(_ column: String) -> T? {
        do throws(StoreError) {
            return try row.json(column)
        } catch {
            notes.append(String(error.message.prefix(300)))
            return nil
        }
    }

    /// The state. An unknown state counts as under way, so that an agent takes care of the run.
    mutating func state() -> RunState {
        let word = row.optionalText("state") ?? ""
        if let state = RunState(rawValue: word) { return state }
        notes.append("The database's column 'state' holds \(Wording.quoted(word)), which is not the name of a state.")
        return .claimed
    }
}
