internal import LaunchPostgreSQL

/// One connection to a store on PostgreSQL, for one thread at a time, which `Database` ensures. It is opened at the first
/// use, and again after it broke.
final class PostgreSQLConnection: Connection {
    /// The name of the database for messages, without a password.
    let path: String
    private let parameters: @Sendable () throws(StoreError) -> [String: String]
    private let pooling: PostgresSettings.Pooling
    private let decoded: DecodedValues
    private var open: PQConnection?
    /// The user of the connection, and whether it is an agent or an owner of the store.
    private var login: (user: String, isTrusted: Bool)?
    private var translated: [String: PostgreSQLDialect] = [:]
    private var isInTransaction = false
    /// The time of the present transaction, so that all calls of a group cost one look at the server's clock.
    private var time: Timestamp?

    /// - Parameters:
    ///   - pooling: what a connection pooler before the server does with a session.
    ///   - parameters: keywords of libpq for a new connection; each one may need another password.
    init(
        path: String, pooling: PostgresSettings.Pooling = .automatic, decoded: DecodedValues = DecodedValues(),
        parameters: @escaping @Sendable () throws(StoreError) -> [String: String]
    ) {
        self.path = path
        self.pooling = pooling
        self.decoded = decoded
        self.parameters = parameters
    }

    var now: Timestamp {
        get throws(StoreError) {
            if let time { return time }
            let read = try first("SELECT launch.clock() AS now") { row throws(StoreError) in try row.time("now") }
            guard let read else { throw StoreError(.corrupt, "The store '\(path)' does not tell the time.") }
            if isInTransaction { time = read }
            return read
        }
    }

    /// The rows of a view cannot be locked. The functions that submitters use do it themselves.
    var lockOfRow: String { isInTransaction && login?.isTrusted == true ? " FOR UPDATE" : "" }
    var lockOfOneRow: String { lockOfRow.isEmpty ? "" : "\(lockOfRow) SKIP LOCKED" }

    var user: String? {
        get throws(StoreError) {
            _ = try usable()
            return login?.user
        }
    }

    func checked(_ change: CheckedChange) throws(StoreError) -> String? {
        _ = try usable()
        guard login?.isTrusted == false else { return nil }
        let (call, values) = try Self.function(change)
        return try first("SELECT \(call) AS result", values) { row throws(StoreError) in row.optionalText("result") }
            ?? ""
    }

    private static func function(
        _ change: CheckedChange
    ) throws(StoreError) -> (call: String, values: [SQLValue]) {
        switch change {
        case .submit(let id, let spec): ("(launch.submit(?, ?)).id", [.text(id.rawValue), spec])
        case .stop(let id, let grace):
            ("launch.request_stop(?, ?)", [.text(id.rawValue), .integer(grace.map(Int64.init))])
        case .setPriority(let priority, let id):
            ("launch.set_priority(?, ?)", [.text(id.rawValue), .text(priority.rawValue)])
        case .move(let id, let queue): ("launch.move_run(?, ?)", [.text(id.rawValue), .text(queue)])
        case .pause(let isPaused, let queue): ("launch.set_paused(?, ? <> 0)", [.text(queue), .flag(isPaused)])
        case .edit(let queue):
            (
                "launch.edit_queue(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(queue.name), .text(queue.fileText), .text(queue.fileName), try .json(queue.template),
                    try .json(queue.variables), try .json(queue.allowOverrides), try .json(queue.policy),
                    try .json(queue.retry), try .json(queue.owners), try .json(queue.limits),
                ]
            )
        case .addVersion(let job, let source, let aliases, let project, let number):
            (
                "launch.create_job_version(?, ?, ?, ?, ?)",
                [.text(job), source, aliases, .text(project), .integer(number)]
            )
        case .deleteJob(let job, let version):
            ("launch.delete_job(?, ?)", [.text(job), .integer(version.map(Int64.init))])
        }
    }

    func text(at keys: [String], of column: String) -> String {
        "launch.json_of(\(column)) #>> '{\(keys.joined(separator: ","))}'"
    }

    func living(among owners: [OwnerID]) throws(StoreError) -> [OwnerID] {
        try rows(
            """
            SELECT id FROM owners WHERE launch.is_alive(lease_until) AND id IN (SELECT value FROM json_each(?))
            """, [try .json(owners.map(\.rawValue))]
        ) { row throws(StoreError) in row.optionalText("id").flatMap(OwnerID.init(rawValue:)) }.compactMap(\.self)
    }

    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        let statement = translation(of: sql)
        let values = statement.values(values)
        return try retrying { connection throws(PQError) in
            try inSession(connection) { () throws(PQError) in try connection.run(statement.text, values) }
        }
    }

    func rows<T>(
        _ sql: String, _ values: [SQLValue], _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> [T] {
        let statement = translation(of: sql)
        let values = statement.values(values)
        // The rows are read after the statement, so that it can be repeated.
        var failure: StoreError?
        let found: [T] = try retrying { connection throws(PQError) in
            try inSession(connection) { () throws(PQError) in
                try connection.rows(statement.text, values) { (row: PQRow) throws(PQError) -> T? in
                    do throws(StoreError) {
                        return try read(Row(statement: Values(row: row, decoded: decoded)))
                    } catch {
                        failure = failure ?? error
                        return nil
                    }
                }.compactMap(\.self)
            }
        }
        if let failure { throw failure }
        return found
    }

    func update<T>(
        _ sql: String, _ values: [SQLValue], adding event: NewEvent?, _ read: (Row) throws(StoreError) -> T
    ) throws(StoreError) -> T? {
        guard let event else { return try first(sql, values, read) }
        return try first(
            """
            WITH changed AS (\(sql)), noted AS (
                \(NewEvent.insert) SELECT ?, CAST(? AS bigint), ?, ?, ? FROM changed
            ) SELECT * FROM changed
            """, values + (try event.values()), read)
    }

    func script(_ sql: String) throws(StoreError) {
        try retrying { connection throws(PQError) in
            try inSession(connection) { () throws(PQError) in try connection.script(sql) }
        }
    }

    func begin() throws(StoreError) {
        (isInTransaction, time) = (false, nil)
        // Nearly every write needs the time, which costs no exchange of its own here.
        let milliseconds = try retrying { connection throws(PQError) -> Int64? in
            try connection.begin(
                settings: connection.isPooled ? settings(local: true) : "", reading: "SELECT launch.clock() AS now"
            ) { (row: PQRow) throws(PQError) in try row.integer("now") }
        }
        isInTransaction = true
        time = milliseconds.map { Timestamp(milliseconds: $0) }
    }

    func commit() throws(StoreError) {
        defer { (isInTransaction, time) = (false, nil) }
        guard let open else { throw StoreError(.unreachable, "The connection to '\(path)' broke.") }
        do throws(PQError) {
            try open.commit()
        } catch {
            guard error.outcomeUnknown else { throw StoreError(error, database: path) }
            throw StoreError(
                .inDoubt, "The connection to '\(path)' broke during a commit, so the change may have been made.",
                hint: "Look at the present state before you repeat the command.")
        }
    }

    func rollBack() {
        (isInTransaction, time) = (false, nil)
        open?.rollBack()
    }

    // MARK: the connection

    /// A statement on the connection. Outside of a transaction it is repeated once if the connection turns out to be
    /// broken: the server may have been restarted since the last statement.
    private func retrying<T>(_ body: (PQConnection) throws(PQError) -> T) throws(StoreError) -> T {
        var mayRepeat = open?.isUsable == true && !isInTransaction
        while true {
            let connection = try usable()
            do throws(PQError) {
                return try body(connection)
            } catch {
                guard mayRepeat, !connection.isUsable else { throw failure(error) }
                mayRepeat = false
            }
        }
    }

    private func failure(_ error: PQError) -> StoreError {
        // A submitter's statement on a table reaches a view, which takes no rows. The server sees no right behind that.
        guard login?.isTrusted == false, error.sqlState == "0A000" || error.sqlState == "55000" else {
            return StoreError(error, database: path)
        }
        return StoreError(
            .denied, "The user '\(login?.user ?? "")' has no right to do this in the store '\(path)'.",
            hint: "Ask an owner of the store, or let an owner grant a right: launch store grant ROLE USER.")
    }

    /// The open connection, or a new one. A transaction is not continued on another connection.
    private func usable() throws(StoreError) -> PQConnection {
        if let open, open.isUsable || isInTransaction { return open }
        open = nil
        let keywords = try parameters()
        do {
            let connection = try PQConnection(parameters: keywords, statements: pooling.statements)
            if let problem = try PostgreSQLSchema.problem(connection, database: path) { throw problem }
            login = try connection.first("SELECT session_user AS name, launch.is_trusted() AS trusted") {
                (row: PQRow) throws(PQError) in (try row.text("name"), try row.flag("trusted"))
            }
            if !connection.isPooled { try connection.script(settings(local: false)) }
            open = connection
            return connection
        } catch let error as PQError {
            throw StoreError(error, database: path)
        } catch {
            throw error as? StoreError ?? StoreError(.internalFault, "\(error)")
        }
    }

    /// The settings that the statements of the store need, for the session or for one transaction. Users who are neither
    /// agents nor owners of the store read its views.
    private func settings(local: Bool) -> String {
        let path = login?.isTrusted == true ? "launch, pg_temp" : "launch_read, launch, pg_temp"
        return (["search_path = \(path)", "lock_timeout = '5s'"] + PostgreSQLSchema.planner)
            .map { "SET \(local ? "LOCAL " : "")\($0)" }.joined(separator: "; ")
    }

    /// A statement with the settings of the session. Behind a pooler, a statement outside of a transaction gets one of its
    /// own: the session of the server may be another one each time.
    private func inSession<T>(
        _ connection: PQConnection, _ body: () throws(PQError) -> T
    ) throws(PQError) -> T {
        guard connection.isPooled, !isInTransaction else { return try body() }
        return try connection.transaction(settings: settings(local: true), body)
    }

    private func translation(of sql: String) -> PostgreSQLDialect {
        if let known = translated[sql] { return known }
        let new = PostgreSQLDialect(sql)
        translated[sql] = new
        return new
    }
}

/// A row of libpq as the store reads it.
private struct Values: RowValues {
    let row: PQRow
    let decoded: DecodedValues

    func integer(_ column: String) -> Int64? { row.optionalInteger(column) }
    func text(_ column: String) -> String? { row.optionalText(column) }
    func isNull(_ column: String) -> Bool { row.optionalText(column) == nil }
}

extension PostgreSQLDialect {
    fileprivate func values(_ values: [SQLValue]) -> [PQValue] {
        parameters.map { values.indices.contains($0) ? values[$0].parameter : .null }
    }
}

extension SQLValue {
    fileprivate var parameter: PQValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .text(let text): .text(text)
        }
    }
}
