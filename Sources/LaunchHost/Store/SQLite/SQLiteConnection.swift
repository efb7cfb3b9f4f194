import CLaunchSQLite
import FoundationEssentials
import Glibc

/// One connection to an SQLite database, for one thread at a time, which `Database` ensures.
///
/// All unsafe pointers of the store are in this file: the handles of SQLite, which only this class and its statements
/// hold and which are freed in `deinit`, and the context of the busy handler, which outlives the handle.
final class SQLiteConnection: Connection {
    /// The path of the file, for messages.
    let path: String
    private let clock: @Sendable () -> Timestamp
    private let isAlive: @Sendable (OwnerID) -> Bool
    private let handle: OpaquePointer
    private let patience: UnsafeMutablePointer<Patience>
    private var statements: [String: Statement] = [:]
    private let decoded = DecodedValues()

    /// Opens or creates the file. Each statement waits up to `timeout` for writes of other processes.
    init(
        path: String, timeout: Duration, clock: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        isAlive: @escaping @Sendable (OwnerID) -> Bool = { _ in false }
    ) throws(StoreError) {
        self.path = path
        self.clock = clock
        self.isAlive = isAlive
        var handle: OpaquePointer?
        // NOMUTEX: the lock of the caller is sufficient.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let words = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            let reason = handle.map { sqlite3_system_errno($0) } ?? 0
            sqlite3_close_v2(handle)
            throw StoreError(sqlite: code, path: path, said: words, systemError: reason)
        }
        self.handle = handle
        patience = .allocate(capacity: 1)
        patience.initialize(to: Patience(timeout: timeout))
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let context else { return 0 }
                return context.assumingMemoryBound(to: Patience.self).pointee.waitsAgain(after: count) ? 1 : 0
            }, patience)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement.handle) }
        sqlite3_close_v2(handle)
        patience.deinitialize(count: 1)
        patience.deallocate()
    }

    var now: Timestamp { clock() }

    /// Nothing: a transaction that writes holds the lock of the whole database.
    var lockOfRow: String { "" }
    var lockOfOneRow: String { "" }

    func text(at keys: [String], of column: String) -> String {
        // A value that is not JSON would end the query for all rows.
        "iif(json_valid(\(column)), \(column), '{}') ->> '$.\(keys.joined(separator: "."))'"
    }

    var user: String? { nil }

    func checked(_ change: CheckedChange) throws(StoreError) -> String? { nil }

    func living(among owners: [OwnerID]) throws(StoreError) -> [OwnerID] { owners.filter(isAlive) }

    /// Runs a statement without result rows. Returns the number of rows that it changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        _ = try rows(sql, values) { _ throws(StoreError) in }
        return Int(sqlite3_changes(handle))
    }

    /// All rows of a statement's result.
    func rows<T>(
        _ sql: String, _ values: [SQLValue], _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> [T] {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement.handle)
            sqlite3_clear_bindings(statement.handle)
        }
        for (position, value) in values.enumerated() {
            try check(statement.bind(value, at: Int32(position + 1)))
        }
        var found: [T] = []
        while true {
            switch sqlite3_step(statement.handle) {
            case SQLITE_ROW: found.append(try read(Row(statement: statement)))
            case SQLITE_DONE: return found
            case let code: throw failure(code)
            }
        }
    }

    /// Runs several statements without parameters, such as a migration.
    func script(_ sql: String) throws(StoreError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Takes the write lock at once, so that values that are read inside are still valid when others are written.
    func begin() throws(StoreError) { try run("BEGIN IMMEDIATE") }

    func commit() throws(StoreError) { try run("COMMIT") }

    func rollBack() {
        // SQLite has already rolled back after some errors.
        if sqlite3_get_autocommit(handle) == 0 { _ = try? run("ROLLBACK") }
    }

    /// The number of steps that SQLite's virtual machine has taken for the statements so far. It does not depend on the
    /// machine's load, so a test can compare the cost of calls.
    var steps: Int {
        statements.values.reduce(0) { sum, statement in
            sum + Int(sqlite3_stmt_status(statement.handle, SQLITE_STMTSTATUS_VM_STEP, 0))
        }
    }

    private func prepared(_ sql: String) throws(StoreError) -> Statement {
        if let statement = statements[sql] { return statement }
        var pointer: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil))
        guard let pointer else { throw StoreError(.internalFault, "An empty statement was prepared.") }
        let statement = Statement(pointer, decoded: decoded)
        statements[sql] = statement
        return statement
    }

    private func check(_ code: Int32) throws(StoreError) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> StoreError {
        // The number may be left from an earlier call if this call made no system call.
        let reason =
            [SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN].contains(code & 0xff) ? sqlite3_system_errno(handle) : 0
        return StoreError(
            sqlite: code, path: path, said: String(cString: sqlite3_errmsg(handle)), systemError: reason)
    }
}

/// A prepared statement of a connection. It is finalized in `deinit`.
final class Statement: RowValues {
    fileprivate let handle: OpaquePointer
    /// The decoded values of the connection.
    let decoded: DecodedValues
    /// Created at the first row: a column may be added before a statement runs, but not after.
    private lazy var columns: [String: Int32] = {
        var columns: [String: Int32] = [:]
        for index in 0..<sqlite3_column_count(handle) {
            if let name = sqlite3_column_name(handle, index) { columns[String(cString: name)] = index }
        }
        return columns
    }()

    fileprivate init(_ handle: OpaquePointer, decoded: DecodedValues) {
        self.handle = handle
        self.decoded = decoded
    }

    fileprivate func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
                // An empty string may have no address, which would bind NULL.
                guard count > 0, let start = bytes.baseAddress else {
                    return launch_sqlite_bind_text(handle, index, "", 0)
                }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    launch_sqlite_bind_text(handle, index, $0, count)
                }
            }
        }
    }

    /// The number in a column of the current row; nil for NULL and for a missing column.
    func integer(_ column: String) -> Int64? {
        guard let index = columns[column], sqlite3_column_type(handle, index) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(handle, index)
    }

    /// The text in a column of the current row; nil for NULL and for a missing column.
    func isNull(_ column: String) -> Bool {
        columns[column].map { sqlite3_column_type(handle, $0) == SQLITE_NULL } ?? true
    }

    func text(_ column: String) -> String? {
        guard let index = columns[column], sqlite3_column_type(handle, index) == SQLITE_TEXT,
            let start = sqlite3_column_text(handle, index)
        else { return nil }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// How long a connection waits for writes of others, in short random sleeps.
///
/// The waiting of SQLite itself doubles its sleeps, which starves a process that has lost once: of four processes that
/// claimed as fast as possible, one got three of twenty thousand claims. Short sleeps of equal length give all
/// processes the same chance.
private struct Patience {
    let timeout: Duration
    private var began = ContinuousClock.now

    init(timeout: Duration) {
        self.timeout = timeout
    }

    mutating func waitsAgain(after count: Int32) -> Bool {
        if count == 0 { began = .now }
        guard ContinuousClock.now - began < timeout else { return false }
        usleep(UInt32.random(in: count < 100 ? 50...600 : 500...3_000))
        return true
    }
}
