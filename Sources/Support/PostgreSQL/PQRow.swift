/// A row of a result, by column names. It is valid only inside the closure that receives it.
public struct PQRow {
    let result: PQResult
    let index: Int32

    /// The text of a column, whatever its type; nil for NULL and for a missing column.
    public func optionalText(_ column: String) -> String? {
        result.columns[column].flatMap { result.text(row: index, column: $0) }
    }

    /// The number in a column; nil for NULL, for a missing column and for a value that is not a whole number of 64 bits.
    public func optionalInteger(_ column: String) -> Int64? {
        optionalText(column).flatMap { Int64($0) }
    }

    /// The value of a column of type `boolean`; nil for NULL, for a missing column and for another type.
    public func optionalFlag(_ column: String) -> Bool? {
        switch optionalText(column) {
        case "t": true
        case "f": false
        default: nil
        }
    }

    /// The bytes of a column of type `bytea`; nil for NULL and for a missing column.
    public func optionalBytes(_ column: String) -> [UInt8]? {
        result.columns[column].flatMap { result.binary(row: index, column: $0) }
    }

    /// The text of a column. Throws `unexpected` if there is none.
    public func text(_ column: String) throws(PQError) -> String {
        try required(optionalText(column), column)
    }

    /// The number in a column. Throws `unexpected` if there is none.
    public func integer(_ column: String) throws(PQError) -> Int64 {
        try required(optionalInteger(column), column)
    }

    /// The value of a column of type `boolean`. Throws `unexpected` if there is none.
    public func flag(_ column: String) throws(PQError) -> Bool {
        try required(optionalFlag(column), column)
    }

    /// The bytes of a column of type `bytea`. Throws `unexpected` if there are none.
    public func bytes(_ column: String) throws(PQError) -> [UInt8] {
        try required(optionalBytes(column), column)
    }

    private func required<T>(_ value: T?, _ column: String) throws(PQError) -> T {
        guard let value else {
            throw PQError(.unexpected, "The result's column '\(column)' has no value, or a value of the wrong kind.")
        }
        return value
    }
}
