/// One connection to the store's database, for one thread at a time.
///
/// The calls of the store are written once, in the SQL that both engines understand, with `?` and `?1` for parameters.
protocol Connection: AnyObject {
    /// The name of the database for messages.
    var path: String { get }

    /// The time by the clock of the store.
    var now: Timestamp { get throws(StoreError) }

    /// What a SELECT of one row ends with, so that the row stays as it is until the end of the transaction. It begins with
    /// a space; empty if nothing is needed.
    var lockOfRow: String { get }

    /// What a SELECT of the next free row ends with: rows that others have locked are skipped.
    var lockOfOneRow: String { get }

    /// An expression for the text at a path of a column with JSON. NULL if the column does not hold JSON.
    /// - Parameter keys: names of letters.
    func text(at keys: [String], of column: String) -> String

    /// The user that the server has authenticated; nil if the engine has no users of its own.
    var user: String? { get throws(StoreError) }

    /// Makes a change by a function of the server that checks the user's rights.
    /// - Returns: the function's result; nil if the user changes the tables itself, as agents do.
    func checked(_ change: CheckedChange) throws(StoreError) -> String?

    /// Those of the owners whose processes run.
    func living(among owners: [OwnerID]) throws(StoreError) -> [OwnerID]

    /// Runs a statement without result rows. Returns the number of rows that it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int

    /// All rows of a statement's result.
    func rows<T>(
        _ sql: String, _ values: [SQLValue], _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> [T]

    /// Runs an UPDATE of at most one row, which ends with RETURNING, and adds the event if it has changed a row. A server
    /// gets both as one statement.
    /// - Returns: the row; nil if no row was changed.
    func update<T>(
        _ sql: String, _ values: [SQLValue], adding event: NewEvent?, _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> T?

    /// Runs several statements without parameters, such as a migration.
    func script(_ sql: String) throws(StoreError)

    /// Begins a transaction that may write.
    func begin() throws(StoreError)

    /// Makes the transaction durable.
    func commit() throws(StoreError)

    /// Undoes the transaction, if there is one.
    func rollBack()
}

extension Connection {
    @discardableResult
    func run(_ sql: String) throws(StoreError) -> Int { try run(sql, []) }

    func rows<T>(_ sql: String, _ read: (Row) throws(StoreError) -> T) throws(StoreError) -> [T] {
        try rows(sql, [], read)
    }

    /// The first row of a statement's result, or nil. The statement runs to its end.
    func first<T>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> T? {
        try rows(sql, values, read).first
    }

    func update<T>(
        _ sql: String, _ values: [SQLValue], adding event: NewEvent?, _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> T? {
        let changed = try first(sql, values, read)
        if changed != nil, let event { try add(event) }
        return changed
    }

    /// Runs `body` atomically.
    func transaction<T>(_ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        try begin()
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            // The first error is the one to report.
            rollBack()
            throw error
        }
    }
}
