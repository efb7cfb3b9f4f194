import Foundation
import TestSupport
import Testing

@testable import LaunchPluginKit
@testable import LaunchStore

@Suite("the tables on PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct PostgreSQLSchemaTests {
    private let database: PostgresDatabase

    init() throws {
        database = try PostgresDatabase(on: PostgresServer.shared.get())
    }

    private func migrate(_ migrations: [PostgreSQLSchema.Migration] = PostgreSQLSchema.migrations) throws {
        try database.run(PostgreSQLSchema.migrate(migrations))
    }

    private func tables() throws -> [String] {
        try database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'launch' ORDER BY 1")
    }

    private func version() throws -> [String] {
        try database.run("SELECT value FROM launch.settings WHERE name = 'version'")
    }

    @Test func `every table of SQLite has the same columns here`() throws {
        try migrate()
        // PostgreSQL's own: who may do what, and the rows that share a number.
        let own = ["jobs": ["author"], "run_counts": ["slot"]]
        for (table, columns) in try Self.columnsOfSQLite().sorted(by: { $0.key < $1.key }) {
            let found = try database.run(
                """
                SELECT column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' ELSE
                    data_type END || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
                FROM information_schema.columns WHERE table_schema = 'launch' AND table_name = '\(table)'
                """)
            let shared = found.filter { line in !(own[table] ?? []).contains { line.hasPrefix("\($0) ") } }
            #expect(shared.sorted() == columns.sorted(), "\(table)")
            #expect(found.count == shared.count + (own[table] ?? []).count, "\(table)")
        }
    }

    /// The columns as `name TYPE` or `name TYPE NOT NULL`, from the text of SQLite's migrations.
    private static func columnsOfSQLite() throws -> [String: [String]] {
        var tables: [String: [String]] = [:]
        func add(_ words: [Substring], to table: String) {
            let words = words.map { $0.trimmingCharacters(in: .init(charactersIn: ",;")) }
            let required = words.joined(separator: " ").contains("NOT NULL") || words.contains("PRIMARY")
            tables[table, default: []].append("\(words[0]) \(words[1])\(required ? " NOT NULL" : "")")
        }
        var table: String?
        for line in Schema.migrations.joined(separator: "\n").split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("CREATE TABLE") {
                table = String(words[2])
            } else if line.hasPrefix(")") {
                table = nil
            } else if line.hasPrefix("ALTER TABLE") {
                add(Array(words.dropFirst(5)), to: String(words[2]))
            } else if let table, words.count >= 2, ["INTEGER", "TEXT", "TEXT,", "INTEGER,"].contains(words[1]) {
                add(words, to: table)
            }
        }
        try #require(tables.count == 12 && tables["runs"]?.count == 37)
        return tables
    }

    @Test func `migrations that run at the same time change the tables once`() throws {
        let sessions = try (0..<4).map { _ in try PostgresSession(database) }
        for session in sessions { try session.send(PostgreSQLSchema.migrate()) }
        for session in sessions {
            let lines = try session.results()
            #expect(lines == [])
        }
        #expect(try tables().count == 24)
        let before = try database.run("SELECT * FROM launch.settings ORDER BY name")
        try migrate()
        #expect(try database.run("SELECT * FROM launch.settings ORDER BY name") == before)
        #expect(try version() == ["\(PostgreSQLSchema.version)"])
    }

    @Test func `stores that are made at the same time are one`() throws {
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        let sessions = try (0..<4).map { _ in try PostgresSession(database) }
        for session in sessions {
            try session.send((["BEGIN"] + roles.statements + ["COMMIT"]).joined(separator: ";\n"))
        }
        for session in sessions {
            let lines = try session.results()
            #expect(lines == [])
        }
        #expect(try version() == ["\(PostgreSQLSchema.version)"])
        #expect(try database.run("SELECT value FROM launch.settings WHERE name = 'roles'") == [database.name])
    }

    @Test func `a migration that fails leaves the tables as they were`() throws {
        try migrate()
        let wrong =
            PostgreSQLSchema.migrations + [
                .init(sql: "CREATE TABLE launch.more (a bigint)"), .init(sql: "CREATE TABLE launch.more (a bigint)"),
            ]
        let before = try tables()
        #expect(throws: Tool.Failure.self) { try migrate(wrong) }
        #expect(try tables() == before)
        #expect(try version() == ["\(PostgreSQLSchema.version)"])
    }

    @Test func `a program that is excluded by newer tables is refused, another one is not`() throws {
        let open = PostgreSQLSchema.migrations + [.init(sql: "CREATE TABLE launch.more (a bigint)")]
        try migrate(open)
        try migrate()
        #expect(try version() == ["\(open.count)"])
        try migrate(open + [.init(sql: "DROP TABLE launch.more", stopsOlderPrograms: true)])
        let failure = try #require(throws: Tool.Failure.self) { try migrate() }
        #expect(
            failure.description.contains(
                "LA007: The store's tables have version \(open.count + 1) and exclude programs that know less than "
                    + "version \(open.count + 1); this program knows up to \(open.count - 1)."))
    }

    @Test func `a migration names the live agents that it would exclude`() throws {
        try migrate()
        let closing =
            PostgreSQLSchema.migrations + [
                .init(sql: "CREATE TABLE launch.more (a bigint)", stopsOlderPrograms: true)
            ]
        try database.run(
            """
            INSERT INTO launch.owners (id, kind, pid, host, version, schema, queues, lease_until) VALUES
                ('7-old', 'agent', 7, 'gpu-1', '1.2.0', \(PostgreSQLSchema.version), '["q"]', launch.clock() + 30000),
                ('8-new', 'agent', 8, 'gpu-2', '1.3.0', \(closing.count), '["q"]', launch.clock() + 30000),
                ('9-gone', 'agent', 9, 'gpu-3', '1.2.0', 0, '["q"]', launch.clock() - 1)
            """)
        let failure = try #require(throws: Tool.Failure.self) { try migrate(closing) }
        #expect(failure.description.contains("programs use them: agent 7-old on gpu-1 (process 7, version 1.2.0)."))
        #expect(!failure.description.contains("gpu-2") && !failure.description.contains("gpu-3"))
        #expect(try tables().count == 24)
        try database.run("DELETE FROM launch.owners WHERE id = '7-old'")
        try migrate(closing)
        #expect(try tables().count == 25)
    }

    @Test func `a lease is valid until its end, and not if the clock was set back since`() throws {
        try migrate()
        for (lease, isAlive) in [(30_000, "t"), (-1, "f"), (86_400_000, "f")] {
            #expect(try database.run("SELECT launch.is_alive(launch.clock() + \(lease))") == [isAlive])
        }
        let seconds = try #require(Double(database.run("SELECT launch.clock()")[0])) / 1_000
        #expect(abs(Date().timeIntervalSince1970 - seconds) < 60)
    }

    @Test func `events are never changed, and removed only after their run`() throws {
        try migrate()
        try database.run(
            """
            INSERT INTO launch.runs (id, resource, name, project, author, priority, state, spec, submitted_at)
                VALUES ('r', 'mock', 'r', 'p', 'ada', 2, 'failed', '{}', 1);
            INSERT INTO launch.events (run_id, at, state) VALUES ('r', 1, 'queued')
            """)
        for change in ["UPDATE launch.events SET at = 2", "DELETE FROM launch.events", "TRUNCATE launch.events"] {
            let failure = try #require(throws: Tool.Failure.self) { try database.run(change) }
            #expect(failure.description.contains("LA006: Events are never"))
        }
        try database.run("DELETE FROM launch.runs", "DELETE FROM launch.events")
        #expect(try database.run("SELECT count(*) FROM launch.events") == ["0"])
    }

    @Test func `an administrator without the rights of a superuser makes the store`() throws {
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        let admin = try database.addRole("admin")
        try database.run("ALTER ROLE \(admin) CREATEROLE", "ALTER DATABASE \(database.name) OWNER TO \(admin)")
        for _ in 0..<2 {
            let session = try PostgresSession(database, as: admin)
            let lines = try session.run((["BEGIN"] + roles.statements + ["COMMIT"]).joined(separator: ";\n"))
            #expect(!lines.contains { $0.contains("ERROR") }, "\(lines)")
        }
        let owners = try database.run("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'launch'")
        #expect(owners == [roles.name(.owner)])
        #expect(try database.run("SELECT launch.is_trusted()", as: admin) == ["t"])
    }

    @Test(arguments: ["", "Launch", "1a", "a-b", "a\"; DROP", String(repeating: "a", count: 41)])
    func `a prefix that needs quotes is refused`(_ prefix: String) {
        #expect(PostgreSQLRoles(prefix: prefix) == nil)
    }

    @Test func `a program says which tables it cannot use, and how they become usable`() async throws {
        let known = PostgreSQLSchema.version
        let problem = { (version: Int64, needed: Int64) in
            PostgreSQLSchema.problem(version: version, needed: needed, database: "db")
        }
        #expect(problem(known, 0) == nil && problem(known, known) == nil && problem(known + 3, known) == nil)
        let older = try #require(problem(known - 1, 0))
        #expect(older.code == .notADatabase && older.hint?.contains("launch store migrate") == true)
        let newer = try #require(problem(known + 1, known + 1))
        #expect(newer.code == .newer && newer.message.contains("this program knows up to \(known)"))

        // A real store, before and after two programs migrate it at the same time.
        let parameters = PostgresServer.parameters(database.environment)
        let server = StoreServer(name: database.name) { parameters }
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        let old = PostgreSQLSchema.migrate(Array(PostgreSQLSchema.migrations.dropLast()))
        let named = "INSERT INTO launch.settings VALUES ('roles', '\(database.name)')"
        let statements = Array(roles.statements.prefix(3)) + [old, named]
        try database.run((["BEGIN"] + statements + ["COMMIT"]).joined(separator: ";\n"))
        #expect(try await server.status().problem == older.renamed(database.name))
        let folder = try TemporaryDirectory()
        let store = try Store(home: LaunchHome(path: folder.file("home")), server: server)
        await #expect(throws: older.renamed(database.name)) { _ = try await store.queues() }
        async let first = server.migrate()
        async let second = server.migrate()
        let before = try await [first, second]
        #expect(before.contains(known - 1))
        #expect(try await server.status().problem == nil)
        #expect(try await store.queues().isEmpty)
    }

    @Test func `a right is granted to a user whose name has quotes and combining characters`() throws {
        let roles = try #require(PostgreSQLRoles(prefix: database.name))
        try database.run((["BEGIN"] + roles.statements + ["COMMIT"]).joined(separator: ";\n"))
        for odd in ["\"\u{301}", "'\u{301}", "\"; '", "$$"] {
            let name = "\(database.name)_\(odd)"
            let identifier = "\"" + name.replacingOccurrences(of: "\"", with: "\"\"", options: .literal) + "\""
            try database.run("CREATE ROLE \(identifier)")
            for statement in roles.grant(.submitter, to: name) { try database.run(statement) }
            let literal = name.replacingOccurrences(of: "'", with: "''", options: .literal)
            let member = "SELECT pg_has_role(oid, '\(database.name)_submitter', 'MEMBER') FROM pg_roles WHERE rolname ="
            #expect(try database.run("\(member) '\(literal)'") == ["t"])
            try database.run(roles.revoke(.submitter, from: name))
        }
    }
}

extension StoreError {
    /// The same error about another database.
    fileprivate func renamed(_ database: String) -> StoreError {
        var error = self
        error.message = message.replacingOccurrences(of: "'db'", with: "'\(database)'")
        return error
    }
}
