internal import LaunchPostgreSQL

/// A store on a server in a copy.
struct PostgreSQLSide: CopySide {
    let connection: any Connection

    /// - Throws: `.denied` if the user is not an owner of the store, and the errors of a connection.
    init(_ server: StoreServer) throws(StoreError) {
        connection = PostgreSQLConnection(
            path: server.name, pooling: server.transport.pooling, parameters: server.parameters)
        try connection.requireOwner("copies it")
    }

    var takesNUL: Bool { false }

    func begin() throws(StoreError) {
        try connection.begin()
        do throws(StoreError) {
            // The transaction waits for the other store. Each statement still has a limit of time.
            try connection.run("SET LOCAL idle_in_transaction_session_timeout = 0")
            let tables = CopiedTable.all.map(\.name).joined(separator: ", ")
            try connection.run("LOCK TABLE \(tables) IN SHARE ROW EXCLUSIVE MODE")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    func livingOwners() throws(StoreError) -> [String] {
        try connection.rows(
            "SELECT kind, id, host, pid FROM owners WHERE launch.is_alive(lease_until) ORDER BY started_at, id"
        ) { row throws(StoreError) in
            "\(try row.text("kind")) \(try row.text("id")) on \(try row.text("host")) (process \(try row.integer("pid")))"
        }
    }

    func runsWithTexts() throws(StoreError) -> Int {
        try connection.first(
            """
            SELECT count(*) AS n FROM (SELECT run_id FROM run_texts UNION SELECT run_id FROM run_outputs) AS runs
            """
        ) { row throws(StoreError) in Int(clamping: try row.integer("n")) } ?? 0
    }

    func columns(of table: CopiedTable) throws(StoreError) -> [CopiedColumn] {
        try connection.rows(
            """
            SELECT column_name AS name, data_type AS type FROM information_schema.columns
            WHERE table_schema = 'launch' AND table_name = ? ORDER BY ordinal_position
            """, [.text(table.name)]
        ) { row throws(StoreError) in
            CopiedColumn(name: try row.text("name"), isNumber: try row.text("type") == "bigint")
        }
    }

    /// One statement for all rows: each column is an array.
    func insert(_ rows: [[SQLValue]], _ columns: [CopiedColumn], into table: CopiedTable) throws(StoreError) {
        let names = columns.map(\.name).joined(separator: ", ")
        let arrays = columns.map { "?::\($0.isNumber ? "bigint" : "text")[]" }.joined(separator: ", ")
        let values = columns.indices.map { column in
            let array = PQValue.array(
                rows.map { row -> String? in
                    switch row[column] {
                    case .null: nil
                    case .integer(let number): "\(number)"
                    case .text(let text): text
                    }
                })
            guard case .text(let text) = array else { return SQLValue.null }
            return .text(text)
        }
        try connection.run("INSERT INTO \(table.name) (\(names)) SELECT * FROM unnest(\(arrays))", values)
    }

    func counter(of table: CopiedTable) throws(StoreError) -> Int64 {
        try connection.first(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM \(sequence(of: table))"
        ) { row throws(StoreError) in try row.integer("n") } ?? 0
    }

    func setCounter(of table: CopiedTable, to number: Int64) throws(StoreError) {
        guard number > 0 else { return }
        _ = try connection.rows("SELECT setval('launch.\(sequence(of: table))', ?)", [.integer(number)]) {
            _ throws(StoreError) in
        }
    }

    private func sequence(of table: CopiedTable) -> String { "\(table.name)_\(table.key[0])_seq" }
}

extension Connection {
    /// Checks that the user is an owner of the store on a server.
    /// - Parameter verb: what only an owner does, such as `copies it`.
    /// - Throws: `.denied`.
    func requireOwner(_ verb: String) throws(StoreError) {
        let isOwner = try first("SELECT CASE WHEN launch.is_member('owner') THEN 1 ELSE 0 END AS owner") {
            row throws(StoreError) in try row.flag("owner")
        }
        guard isOwner != true else { return }
        let user = try user ?? ""
        throw StoreError(
            .denied, "The user '\(user)' is not an owner of the store '\(path)', and only an owner \(verb).",
            hint: "Connect as an owner, or let one grant it: launch store grant owner \(user)")
    }
}

extension StoreCopy.Place {
    func side(makesStore: Bool) throws(StoreError) -> any CopySide {
        switch self {
        case .sqlite(let home): try SQLiteSide(home, makesStore: makesStore)
        case .postgreSQL(let server): try PostgreSQLSide(server)
        }
    }
}
