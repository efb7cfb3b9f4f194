import FoundationEssentials

/// The values of a row by column name, as an engine reads them.
protocol RowValues {
    /// The number in a column; nil for NULL, for another kind of value, and for a missing column.
    func integer(_ column: String) -> Int64?
    /// The text in a column; nil for NULL, for another kind of value, and for a missing column.
    func text(_ column: String) -> String?
    /// Whether a column is NULL.
    func isNull(_ column: String) -> Bool
    /// The decoded values of the connection.
    var decoded: DecodedValues { get }
}

/// The current row of a statement, by column names. It is valid only until the next row is read.
struct Row {
    let statement: any RowValues

    func optionalText(_ column: String) -> String? { statement.text(column) }
    func isNull(_ column: String) -> Bool { statement.isNull(column) }
    func optionalInteger(_ column: String) -> Int64? { statement.integer(column) }
    func optionalTime(_ column: String) -> Timestamp? { statement.integer(column).map { Timestamp(milliseconds: $0) } }

    /// The run ID in the column `id`; nil if the text is not a valid one.
    var runID: RunID? { optionalText("id").flatMap { RunID(rawValue: $0) } }

    func text(_ column: String) throws(StoreError) -> String {
        try required(statement.text(column), column)
    }

    func integer(_ column: String) throws(StoreError) -> Int64 {
        try required(statement.integer(column), column)
    }

    func flag(_ column: String) throws(StoreError) -> Bool {
        try integer(column) != 0
    }

    func time(_ column: String) throws(StoreError) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    /// The value whose raw text is in the column.
    func word<T: RawRepresentable<String>>(_ column: String) throws(StoreError) -> T {
        try required(T(rawValue: try text(column)), column)
    }

    func json<T: Decodable & Sendable>(_ column: String) throws(StoreError) -> T {
        try required(try optionalJSON(column), column)
    }

    func optionalJSON<T: Decodable & Sendable>(_ column: String) throws(StoreError) -> T? {
        guard let text = statement.text(column) else { return nil }
        return try statement.decoded.value(of: text) { text throws(StoreError) -> T in
            do {
                return try JSON.decode(T.self, from: Data(text.utf8))
            } catch {
                let words = "\(error)"
                throw StoreError(
                    .corrupt,
                    "The database's column '\(column)' does not hold a \(T.self): "
                        + (words.hasSuffix(".") ? words : words + "."))
            }
        }
    }

    private func required<T>(_ value: T?, _ column: String) throws(StoreError) -> T {
        guard let value else {
            throw StoreError(.corrupt, "The database's column '\(column)' has no value, or a value of the wrong kind.")
        }
        return value
    }
}
