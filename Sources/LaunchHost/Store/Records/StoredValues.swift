/// Reads the values of one row, and notes those that cannot be read instead of giving the row up.
struct StoredValues {
    private let row: Row
    private var notes: [String] = []

    init(_ row: Row) {
        self.row = row
    }

    /// Which values cannot be read, and why; nil where all can.
    var damage: String? { notes.isEmpty ? nil : notes.joined(separator: " ") }

    /// The value in a column; nil where there is none, or none that can be read.
    mutating func json<T: Decodable>(_ column: String) -> T? {
        do throws(StoreError) {
            return try row.optionalJSON(column)
        } catch {
            // What a decoder says may repeat the value.
            notes.append(String(error.message.prefix(300)))
            return nil
        }
    }

    /// The same for a column that must hold a value.
    mutating func required<T: Decodable>(_ column: String) -> T? {
        do throws(StoreError) {
            return try row.json(column)
        } catch {
            notes.append(String(error.message.prefix(300)))
            return nil
        }
    }

    /// The state. A word that this program does not know counts as under way, so that an agent looks after the run.
    mutating func state() -> RunState {
        let word = row.optionalText("state") ?? ""
        if let state = RunState(rawValue: word) { return state }
        notes.append("The database's column 'state' holds \(Wording.quoted(word)), which is not the name of a state.")
        return .claimed
    }
}
