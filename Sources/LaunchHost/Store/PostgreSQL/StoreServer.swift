internal import LaunchConcurrency
internal import LaunchOwnership
internal import LaunchPostgreSQL

/// The administration of a store on a PostgreSQL server: what `launch store` does.
package struct StoreServer: Sendable {
    /// The database for messages.
    let name: String
    let parameters: @Sendable () throws(StoreError) -> [String: String]

    let transport: Transport

    /// How connections reach the server.
    package struct Transport: Sendable, Hashable {
        /// Whether they leave this machine.
        package var leavesMachine: Bool
        /// The mode of TLS, in libpq's words; nil if it is not known.
        package var tlsMode: String?
        /// What a connection pooler before the server does with a session.
        package var pooling: PostgresSettings.Pooling

        package init(
            leavesMachine: Bool = false, tlsMode: String? = nil, pooling: PostgresSettings.Pooling = .automatic
        ) {
            (self.leavesMachine, self.tlsMode, self.pooling) = (leavesMachine, tlsMode, pooling)
        }
    }

    /// - Parameters:
    ///   - name: the database for messages, without a password.
    ///   - transport: how connections reach the server, for warnings.
    ///   - parameters: keywords of libpq for a connection.
    package init(
        name: String, transport: Transport = Transport(),
        parameters: @escaping @Sendable () throws(StoreError) -> [String: String]
    ) {
        (self.name, self.transport, self.parameters) = (name, transport, parameters)
    }

    /// The state of a store.
    package struct Status: Sendable, Hashable, Encodable {
        /// The version of the server, such as 150018.
        package var server: Int
        /// Whether the connection is encrypted.
        package var usesTLS: Bool
        /// Whether the connection is to a pooler, which passes on no notifications: agents and followers look for changes
        /// once in a second.
        package var isPooled = false
        /// The database user.
        package var user: String
        /// The version of the tables; 0 if there are none.
        package var tables: Int64
        /// The version that this program makes.
        package var known: Int64
        /// The role of the user: the first that applies; nil if the user has none.
        package var role: String?
        /// Why this program must not use the tables; nil if it may, or there are none.
        package var problem: StoreError?

        private enum CodingKeys: String, CodingKey {
            case server, usesTLS, user, tables, known, role
        }
    }

    /// Creates the roles and the tables, or applies missing migrations. The call can be repeated, also by two programs at
    /// the same time.
    /// - Parameter prefix: what the names of the roles begin with.
    /// - Throws: `.invalid` for an invalid prefix; `.denied`, `.unreachable`, `.refused` or `.busy`.
    package func initialize(prefix: String) async throws(StoreError) {
        guard let roles = PostgreSQLRoles(prefix: prefix) else {
            throw StoreError(
                .invalid, "'\(prefix)' cannot begin the names of roles.",
                hint: "Use 1 to 40 lowercase letters, digits and '_', beginning with a letter.")
        }
        try await transaction(roles.statements)
    }

    /// Applies the missing migrations to an existing store. Twice at once is harmless.
    /// - Returns: the version of the tables before.
    /// - Throws: `.notADatabase` without a store, `.denied` for a user who is not an owner of it, `.newer` for tables that
    ///   exclude this program, `.refused` with the live agents that a migration would exclude, `.busy`, `.unreachable`.
    package func migrate() async throws(StoreError) -> Int64 {
        let roles = try await roles()
        let before = try await status().tables
        try await transaction(roles.statements)
        return before
    }

    /// The commands that write the store to a file and read it back, without a password, for a shell.
    /// - Throws: the errors of the connection's parameters.
    package func backupCommands(_ path: String) async throws(StoreError) -> (backup: String, restore: String) {
        let parameters = parameters
        let known = try await withBlockingWork { () -> Result<[String: String], StoreError> in
            do throws(StoreError) { return .success(try parameters()) } catch { return .failure(error) }
        }.get()
        let hidden: Set = ["password", "application_name"]
        let words = known.filter { !hidden.contains($0.key) }.sorted { $0.key < $1.key }.map { name, value in
            let isPlain = value.wholeMatch(of: /[A-Za-z0-9_.:\/@+-]+/) != nil
            let quoted = value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(name)=\(isPlain ? value : "'\(quoted)'")"
        }
        let (place, file) = (Ownership.quoted(words.joined(separator: " ")), Ownership.quoted(path))
        return (
            "umask 077; pg_dump --format=custom --schema=launch --schema=launch_read --file=\(file) \(place)",
            "pg_restore --exit-on-error --single-transaction --dbname=\(place) \(file)"
        )
    }

    /// Makes a database user a member of a role.
    /// - Throws: `.denied` if this user may not, `.notADatabase` without a store.
    package func grant(_ role: StoreRole, to user: String) async throws(StoreError) {
        let roles = try await roles()
        try await transaction(roles.grant(role, to: user))
    }

    /// Ends a database user's membership in a role.
    /// - Throws: `.denied` if this user may not, `.notADatabase` without a store.
    package func revoke(_ role: StoreRole, from user: String) async throws(StoreError) {
        let roles = try await roles()
        try await transaction([roles.revoke(role, from: user)])
    }

    /// How agents and followers hear of changes if a connection pooler is before the server.
    package static let pollNote =
        "by a look once in a second: a connection pooler is before the server, and passes no notifications on"

    /// Connects and reads the state of the store.
    /// - Throws: `StoreError` if the server cannot be reached or refuses the login.
    package func status() async throws(StoreError) -> Status {
        let name = name
        return try await connected { connection throws(PQError) in
            let known = PostgreSQLSchema.version
            let user = try connection.first("SELECT session_user AS name") { (row: PQRow) throws(PQError) in
                try row.text("name")
            }
            var status = Status(
                server: connection.serverVersion, usesTLS: connection.usesTLS, isPooled: connection.isPooled,
                user: user ?? "", tables: 0, known: known)
            let exists = try connection.first("SELECT to_regclass('launch.settings') IS NOT NULL AS found") {
                (row: PQRow) throws(PQError) in try row.flag("found")
            }
            guard exists == true else { return status }
            let versions = try connection.first(PostgreSQLSchema.versions) { (row: PQRow) throws(PQError) in
                (try row.integer("version"), try row.integer("needed_version"))
            }
            if let (version, needed) = versions {
                status.tables = version
                status.problem = PostgreSQLSchema.problem(version: version, needed: needed, database: name)
            }
            for role in StoreRole.allCases {
                let isMember = try connection.first("SELECT launch.is_member($1) AS member", [.text(role.rawValue)]) {
                    (row: PQRow) throws(PQError) in try row.flag("member")
                }
                if isMember == true { status.role = status.role ?? role.rawValue }
            }
            return status
        }
    }

    /// The roles with the prefix that the store was made with.
    private func roles() async throws(StoreError) -> PostgreSQLRoles {
        let prefix = try await connected { connection throws(PQError) in
            try connection.first("SELECT value FROM launch_read.settings WHERE name = 'roles'") {
                (row: PQRow) throws(PQError) in try row.text("value")
            }
        }
        guard let roles = PostgreSQLRoles(prefix: prefix ?? "") else {
            throw StoreError(
                .notADatabase, "The database '\(name)' holds no store with roles.",
                hint: "Make it with 'launch store init'.")
        }
        return roles
    }

    private func transaction(_ statements: [String]) async throws(StoreError) {
        try await connected { connection throws(PQError) in
            try connection.transaction { () throws(PQError) in
                for statement in statements { try connection.script(statement) }
            }
        }
    }

    func connected<T: Sendable>(
        _ body: @escaping @Sendable (PQConnection) throws(PQError) -> T
    ) async throws(StoreError) -> T {
        let (name, parameters, pooling) = (name, parameters, transport.pooling)
        return try await withBlockingWork { () -> Result<T, StoreError> in
            do {
                return .success(try body(PQConnection(parameters: parameters(), statements: pooling.statements)))
            } catch let error as PQError {
                return .failure(StoreError(error, database: name))
            } catch {
                return .failure(error as? StoreError ?? StoreError(.internalFault, "\(error)"))
            }
        }.get()
    }
}

extension PostgresSettings.Pooling {
    var statements: PQConnection.Statements {
        switch self {
        case .automatic: .automatic
        case .session: .prepared
        case .transaction: .unprepared
        }
    }
}
