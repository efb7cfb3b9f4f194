internal import Glibc

/// A connection to a PostgreSQL server, for one thread at a time, which the caller ensures.
///
/// Calls block the thread, each for at most the time of its limit: a server that is gone, frozen or hostile ends in an
/// error. A connection that broke stays broken (`isUsable`). The caller then opens a new one.
public final class PQConnection {
    /// Whether statements are prepared at the server.
    public enum Statements: Sendable, Hashable {
        /// Prepared, unless a connection pooler such as PgBouncer is between this side and the server.
        case automatic
        /// Prepared once by text. The limits of time are settings of the session.
        case prepared
        /// Sent whole each time, and nothing is set in the session: each transaction may have another one, as behind
        /// PgBouncer in transaction mode. The server limits only statements in a transaction.
        case unprepared
    }

    /// More statements than this are not prepared, so that texts that differ each time do not fill the server's memory.
    private static let mostPrepared = 200

    private let limits: PQLimits
    private var statements: Statements
    /// Whether each transaction may have another session of the server, so that settings, prepared statements and LISTEN
    /// do not last.
    public var isPooled: Bool { statements == .unprepared }
    /// Nil after the connection broke or was closed.
    private var handle: PQHandle?
    /// The names of the prepared statements by their text.
    private var prepared: [String: String] = [:]
    private var lastName = 0

    /// Connects and logs in.
    /// - Parameter parameters: keywords of libpq, such as `host`, `dbname` and `password`. What is missing comes from
    ///   libpq's environment variables, the service file and the password file. The limits of time, and `client_encoding`,
    ///   are this class's own.
    public init(
        parameters: [String: String], limits: PQLimits = PQLimits(), statements: Statements = .automatic
    ) throws(PQError) {
        self.limits = limits
        self.statements = statements
        let handle = try Connecting.open(Self.keywords(parameters, limits), limits: limits)
        guard handle.stopBlocking() else { throw PQError(lost: handle.message) }
        self.handle = handle
        if statements == .automatic {
            self.statements = .unprepared
            // A pooler gives each client an ID of its own at the login, not that of a process of the server.
            let server = try first("SELECT pg_backend_pid()::bigint AS id") { (row: PQRow) throws(PQError) in
                try row.integer("id")
            }
            if server == Int64(handle.backendID) { self.statements = .prepared }
        }
        if self.statements == .prepared {
            try script("SET client_min_messages = warning; \(sessionLimits(local: false))")
        }
    }

    /// The keywords that hold for each connection. Those of the caller come first, and of two equal ones the last counts.
    private static func keywords(
        _ parameters: [String: String], _ limits: PQLimits
    ) throws(PQError) -> [(name: String, value: String)] {
        for (name, value) in parameters where name.utf8.contains(0) || value.utf8.contains(0) {
            throw PQError(.invalidParameter, "A parameter of the connection contains the character U+0000.")
        }
        let seconds = max(1, limits.reply.components.seconds)
        var keywords = parameters.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        // Kerberos may ask servers that do not answer, and no limit of time holds for it.
        if parameters["gssencmode"] == nil { keywords.append(("gssencmode", "disable")) }
        keywords += [
            ("client_encoding", "UTF8"),
            // An idle connection finds within about this time that its network was cut: three probes.
            ("keepalives", "1"), ("keepalives_idle", "\(max(1, seconds / 3))"),
            ("keepalives_interval", "\(max(1, seconds / 3))"), ("keepalives_count", "2"),
            ("tcp_user_timeout", "\(seconds.multipliedReportingOverflow(by: 1_000).partialValue)"),
        ]
        return keywords
    }

    private func sessionLimits(local: Bool) -> String {
        let milliseconds = max(1, Int(min(limits.statement / .milliseconds(1), 2e9)))
        let set = local ? "SET LOCAL" : "SET"
        return "\(set) statement_timeout = \(milliseconds); "
            + "\(set) idle_in_transaction_session_timeout = \(milliseconds)"
    }

    // MARK: State

    /// Whether the connection can take statements, as far as this side knows.
    public var isUsable: Bool { handle?.isConnected ?? false }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { handle?.isInTransaction ?? false }

    /// The socket, which becomes readable when a notification arrives or the connection ends; -1 if it is closed.
    public var descriptor: Int32 { handle?.socket ?? -1 }

    /// Such as 150018 for 15.18; 0 if the connection is closed.
    public var serverVersion: Int { handle?.serverVersion ?? 0 }

    /// The ID of the server process of this connection; 0 if it is closed.
    public var backendID: Int32 { handle?.backendID ?? 0 }

    /// Whether the connection is encrypted with TLS.
    public var usesTLS: Bool { handle?.usesTLS ?? false }

    /// A setting that the server reports at login, such as `in_hot_standby` (from version 14 on).
    public func reported(_ setting: String) -> String? { handle?.reported(setting) }

    /// Ends the connection. Later calls throw `unreachable`.
    public func close() {
        handle = nil
        prepared = [:]
    }

    /// An identifier in quotation marks, for a statement's text.
    public func escapeIdentifier(_ identifier: String) throws(PQError) -> String {
        guard !identifier.utf8.contains(0), let quoted = try open().quoted(identifier) else {
            throw PQError(.invalidValue, "A name contains the character U+0000.")
        }
        return quoted
    }

    // MARK: Statements

    /// Runs a statement. Returns the number of rows that it changed or found.
    @discardableResult
    public func run(_ sql: String, _ values: [PQValue] = []) throws(PQError) -> Int {
        try execute(sql, values) { _ in }.affected
    }

    /// All rows of a statement's result. If `read` throws, the statement is carried out nevertheless.
    public func rows<T, Failure: PQFailure>(
        _ sql: String, _ values: [PQValue] = [], _ read: (PQRow) throws(Failure) -> T
    ) throws(Failure) -> [T] {
        var found: [T] = []
        var failure: Failure?
        do throws(PQError) {
            _ = try execute(sql, values) { row in
                guard failure == nil else { return }
                do throws(Failure) {
                    found.append(try read(row))
                } catch {
                    failure = error
                }
            }
        } catch {
            throw Failure(error)
        }
        if let failure { throw failure }
        return found
    }

    /// The first row of a statement's result, or nil. The statement runs to its end.
    public func first<T, Failure: PQFailure>(
        _ sql: String, _ values: [PQValue] = [], _ read: (PQRow) throws(Failure) -> T
    ) throws(Failure) -> T? {
        try rows(sql, values, read).first
    }

    /// Runs several statements without parameters, such as a migration. Without BEGIN in the text, they are one transaction.
    public func script(_ sql: String) throws(PQError) {
        guard !sql.utf8.contains(0) else { throw Self.badText }
        _ = try exchange { $0.send(script: sql) }
    }

    /// Runs `body` in a transaction, which is rolled back if `body` throws.
    ///
    /// If the connection breaks in COMMIT, the error has `outcomeUnknown`. An error of kind `conflict` means that the caller
    /// can repeat the whole.
    /// - Parameters:
    ///   - mode: what follows BEGIN, such as `ISOLATION LEVEL SERIALIZABLE`.
    ///   - settings: statements that are sent with BEGIN, such as `SET LOCAL`.
    public func transaction<T, Failure: PQFailure>(
        mode: String = "", settings: String = "", _ body: () throws(Failure) -> T
    ) throws(Failure) -> T {
        do throws(PQError) {
            try begin(mode: mode, settings: settings)
        } catch {
            rollBack()
            throw Failure(error)
        }
        do throws(Failure) {
            let value = try body()
            do throws(PQError) {
                try commit()
            } catch {
                throw Failure(error)
            }
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Begins a transaction, which `commit` or `rollBack` ends.
    /// - Parameters:
    ///   - mode: what follows BEGIN, such as `ISOLATION LEVEL SERIALIZABLE`.
    ///   - settings: statements that are sent with BEGIN, such as `SET LOCAL`.
    public func begin(mode: String = "", settings: String = "") throws(PQError) {
        _ = try exchange { $0.send(script: beginning(mode, settings, "")) }
    }

    /// Begins a transaction as `begin(mode:settings:)` does, and reads a row in the same exchange with the server.
    /// - Parameter query: a query without parameters.
    /// - Returns: what `read` makes of the first row; nil if there is none.
    public func begin<T>(
        settings: String = "", reading query: String, _ read: (PQRow) throws(PQError) -> T
    ) throws(PQError) -> T? {
        var found: T?
        var failure: PQError?
        _ = try exchange(
            { row in
                guard found == nil, failure == nil else { return }
                do throws(PQError) { found = try read(row) } catch { failure = error }
            }, singleRows: false
        ) { $0.send(script: beginning("", settings, query)) }
        if let failure { throw failure }
        return found
    }

    private func beginning(_ mode: String, _ settings: String, _ query: String) -> String {
        let limits = isPooled ? sessionLimits(local: true) : ""
        return ["BEGIN \(mode)", limits, settings, query].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// Commits the transaction. If the connection breaks here, the error has `outcomeUnknown`.
    public func commit() throws(PQError) {
        // The server answers COMMIT of a failed transaction with ROLLBACK, without an error.
        let tag = try exchange({ $0.send(script: "COMMIT") }).tag
        guard tag == "COMMIT" else {
            throw PQError(.unexpected, "The transaction was rolled back, because a statement in it had failed.")
        }
    }

    /// Undoes the transaction, if there is one. A connection that cannot roll back is closed, which rolls back too.
    public func rollBack() {
        guard isInTransaction else { return }
        do {
            try script("ROLLBACK")
        } catch {
            close()
        }
    }

    // MARK: Notifications

    /// The notifications that have arrived. Does not wait. Throws if the connection has ended.
    public func notified() throws(PQError) -> [PQNotification] {
        let handle = try open()
        guard handle.consume() else { throw broken(PQError(lost: handle.message)) }
        var found: [PQNotification] = []
        while let next = handle.nextNotification() { found.append(next) }
        return found
    }

    /// Waits up to `limit` for notifications; returns none if none arrive.
    public func notified(within limit: Duration) throws(PQError) -> [PQNotification] {
        let deadline = Deadline(after: limit)
        while true {
            let found = try notified()
            if !found.isEmpty || deadline.hasPassed { return found }
            let handle = try open()
            deadline.wait(for: POLLIN, of: handle.socket, atMost: handle.usesTLS ? Self.slice : nil)
        }
    }
}

// MARK: The protocol

extension PQConnection {
    /// What is left of a statement when its rows are read.
    private struct Summary {
        var tag = ""
        var affected = 0
    }

    private static let badText = PQError(.invalidValue, "A statement contains the character U+0000.")

    /// With TLS, received bytes may be in the library's buffer while the socket has none. So a wait is cut in slices, and
    /// after each of them the library is asked.
    private static let slice = Duration.milliseconds(100)

    private func open() throws(PQError) -> PQHandle {
        guard let handle else { throw PQError(.unreachable, "The connection to the database is closed.") }
        return handle
    }

    /// Closes the connection because of an error, which it returns.
    private func broken(_ error: PQError, sent: Bool = false) -> PQError {
        close()
        var error = error
        error.outcomeUnknown = sent
        return error
    }

    /// Runs a statement, prepared if possible. `each` receives the rows.
    private func execute(_ sql: String, _ values: [PQValue], _ each: (PQRow) -> Void) throws(PQError) -> Summary {
        guard !sql.utf8.contains(0) else { throw Self.badText }
        let parameters = try PQParameters(values)
        guard statements == .prepared, let name = try name(of: sql) else {
            return try exchange(each) { $0.send(sql: sql, parameters) }
        }
        let wasIdle = try open().isIdle
        do throws(PQError) {
            return try exchange(each) { $0.send(prepared: name, parameters) }
        } catch {
            // The server forgot the statement (DISCARD), or a migration changed the columns of its result. The second
            // state also means that the server lacks a feature, which the repetition then reports.
            guard ["26000", "0A000"].contains(error.sqlState), isUsable else { throw error }
            prepared = [:]
            guard wasIdle else {
                var error = error
                error.kind = .staleStatement
                throw error
            }
            try script("DEALLOCATE ALL")
            return try exchange(each) { $0.send(sql: sql, parameters) }
        }
    }

    /// The name of the prepared statement; nil if there are too many.
    private func name(of sql: String) throws(PQError) -> String? {
        if let name = prepared[sql] { return name }
        guard prepared.count < Self.mostPrepared else { return nil }
        lastName += 1
        let name = "launch_\(lastName)"
        _ = try exchange { $0.send(prepare: sql, as: name) }
        prepared[sql] = name
        return name
    }

    /// Sends, and reads all results. The first error counts.
    private func exchange(_ send: (PQHandle) -> Bool) throws(PQError) -> Summary {
        try exchange({ _ in }, singleRows: false, send)
    }

    /// With `singleRows`, which works for one statement only, libpq holds one row at a time.
    private func exchange(
        _ each: (PQRow) -> Void, singleRows: Bool = true, _ send: (PQHandle) -> Bool
    ) throws(PQError) -> Summary {
        let handle = try open()
        let deadline = Deadline(after: limits.reply)
        guard send(handle) else { throw broken(PQError(lost: handle.message)) }
        if singleRows { handle.readSingleRows() }
        try flush(handle, deadline)
        var summary = Summary()
        var failure: PQError?
        var rows = 0
        var bytes = 0
        while let result = try next(of: handle, deadline) {
            switch result.status {
            case .rows:
                for index in 0..<result.rowCount {
                    rows += 1
                    bytes += result.size(ofRow: index)
                    guard rows <= limits.rows, bytes <= limits.bytes else { throw broken(tooLarge, sent: true) }
                    each(PQRow(result: result, index: index))
                }
                // The last result has the tag and no rows.
                summary = Summary(tag: result.tag, affected: result.affected)
            case .command: summary = Summary(tag: result.tag, affected: result.affected)
            case .empty: break
            case .failed: failure = failure ?? PQError(result)
            case .other:
                throw broken(PQError(.unexpected, "The server answered a statement with a copy of data."), sent: true)
            }
        }
        guard handle.isConnected else { throw broken(failure ?? PQError(lost: handle.message), sent: true) }
        if let failure { throw failure }
        return summary
    }

    private var tooLarge: PQError {
        PQError(
            .tooLarge,
            "A result has more than \(limits.rows) rows or \(limits.bytes) bytes, so the connection was closed.")
    }

    /// Hands all of a statement to the socket. Meanwhile the server may send, and must not wait for this side to read.
    private func flush(_ handle: PQHandle, _ deadline: Deadline) throws(PQError) {
        while true {
            switch handle.flush() {
            case 0: return
            case 1: break
            // The server may have sent the reason before it closed the connection: the results have it.
            default: return
            }
            guard !deadline.hasPassed else { throw broken(silent, sent: true) }
            deadline.wait(for: POLLIN | POLLOUT, of: handle.socket)
            guard handle.consume() else { return }
        }
    }

    private var silent: PQError {
        PQError(.timedOut, "The database did not answer a statement within \(limits.reply).")
    }

    /// The next result; nil after the last one.
    private func next(of handle: PQHandle, _ deadline: Deadline) throws(PQError) -> PQResult? {
        var received = 0
        while handle.isBusy {
            let waiting = handle.bytesWaiting
            // A failure of the connection is a result too, which has the server's last words.
            guard handle.consume() else { break }
            received += max(0, waiting - handle.bytesWaiting)
            guard handle.isBusy else { break }
            guard received <= limits.bytes else { throw broken(tooLarge, sent: true) }
            // After `consume`: a process that was stopped takes the answer that waited for it.
            guard !deadline.hasPassed else { throw broken(silent, sent: true) }
            deadline.wait(for: POLLIN, of: handle.socket, atMost: handle.usesTLS ? Self.slice : nil)
        }
        return handle.nextResult()
    }
}
