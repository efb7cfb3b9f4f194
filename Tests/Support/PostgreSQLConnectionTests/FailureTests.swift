import Foundation
import LaunchPostgreSQL
import TestSupport
import Testing

@Suite(.enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct FailureTests {
    /// Kept for the whole test: with the last reference, the database is dropped.
    let database: PostgresDatabase

    init() throws {
        database = try PostgresDatabase()
    }

    @Test func `a failed statement is classified by its SQLSTATE`() throws {
        let role = try database.addRole("reader")
        let owner = try database.connect()
        try owner.script(
            """
            CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b > 0));
            INSERT INTO t VALUES (1, 1);
            CREATE TABLE u (a int REFERENCES t (a));
            """)
        let reader = try database.connect(as: role)
        let cases: [(PQConnection, String, PQError.Kind, String)] = [
            (owner, "SELECT * FROM absent", .missingSchema, "42P01"),
            (owner, "SELECT absent FROM t", .missingSchema, "42703"),
            (owner, "SELECT absent()", .missingSchema, "42883"),
            (owner, "CREATE TABLE absent.t (a int)", .missingSchema, "3F000"),
            (reader, "SELECT * FROM t", .insufficientPrivilege, "42501"),
            (owner, "INSERT INTO t VALUES (1, 1)", .unique, "23505"),
            (owner, "INSERT INTO t VALUES (2, 0)", .check, "23514"),
            (owner, "INSERT INTO u VALUES (7)", .foreignKey, "23503"),
            (owner, "DO $$ BEGIN RAISE 'The queue is full.' USING HINT = 'Wait.'; END $$", .raised, "P0001"),
            (owner, "DO $$ BEGIN RAISE 'No.' USING ERRCODE = 'LA007'; END $$", .raised, "LA007"),
            (owner, "DO $$ BEGIN RAISE 'No.' USING ERRCODE = '40001'; END $$", .conflict, "40001"),
            (owner, "DO $$ BEGIN RAISE 'No.' USING ERRCODE = '40P01'; END $$", .conflict, "40P01"),
            (owner, "DO $$ BEGIN RAISE 'No.' USING ERRCODE = '53100'; END $$", .full, "53100"),
            (owner, "SELECT 1 / 0", .invalidValue, "22012"),
            (owner, "SELEC 1", .other, "42601"),
        ]
        for (connection, sql, kind, state) in cases {
            let error = failure { try connection.run(sql) }
            #expect(error?.kind == kind, "\(sql)")
            #expect(error?.sqlState == state, "\(sql)")
            #expect(error?.severity == "ERROR")
            #expect(error?.outcomeUnknown == false)
            #expect(connection.isUsable)
        }
        let raised = failure { try owner.run(cases[8].1) }
        #expect(raised?.message == "The queue is full.")
        #expect(raised?.hint == "Wait.")
        let copy = failure { try owner.run("COPY t TO STDOUT") }
        #expect(copy?.kind == .unexpected)
        #expect(!owner.isUsable)
    }

    @Test func `the server ends a statement and a transaction that take too long`() throws {
        let limits = PQLimits(statement: .milliseconds(200))
        let slow = try database.connect(limits: limits)
        let sleep = failure { try slow.run("SELECT pg_sleep(60)") }
        #expect(sleep?.kind == .timedOut)
        #expect(sleep?.sqlState == "57014")
        #expect(slow.isUsable)
        try slow.script("BEGIN")
        // The server ends the connection, which then becomes readable.
        let ended = failure {
            _ = try slow.notified(within: .seconds(30))
            try slow.run("SELECT 1")
        }
        #expect(ended != nil)
        #expect(!slow.isUsable)
    }

    @Test func `a login that fails has a reason, and no password in its text`() throws {
        let role = try database.addRole("one")
        try database.run("CREATE ROLE \(database.name)_nobody", "ALTER ROLE \(role) CONNECTION LIMIT 0")
        let secret = "Tr0ub4dor&3"
        let cases: [([String: String], PQError.Kind, String?)] = [
            (["password": secret], .wrongPassword, "28P01"),
            (["user": "\(database.name)_nobody"], .wrongPassword, "28P01"),
            (["user": "no_such_role"], .wrongPassword, "28P01"),
            (["dbname": "no_such_database"], .unknownDatabase, "3D000"),
            (["host": "no-such-host.invalid"], .unknownHost, nil),
            (["port": "1"], .unreachable, nil),
            (["port": "123456"], .invalidParameter, nil),
            (["port": "x"], .invalidParameter, nil),
            (["sslmode": "sometimes"], .invalidParameter, nil),
            (["service": "no_such_service"], .invalidParameter, nil),
            (["colour": "red"], .invalidParameter, nil),
            (["host": "/no/such/folder"], .unreachable, nil),
            (["sslrootcert": "/no/such/file"], .certificate, nil),
            (["host": "a\u{0}b"], .invalidParameter, nil),
        ]
        for (changes, kind, state) in cases {
            let error = failure { _ = try database.connect(changes) }
            #expect(error?.kind == kind, "\(changes) \(error?.description ?? "-")")
            #expect(error?.sqlState == state, "\(changes)")
            #expect(error?.message.contains("\n") == false)
            for password in [secret, try #require(database.environment["PGPASSWORD"])] {
                #expect(error.map { "\($0)".contains(password) } == false)
            }
        }
        #expect(failure { _ = try database.connect(as: role) }?.kind == .tooManyConnections)
        // Without a password, and none from elsewhere.
        #expect(
            failure { _ = try database.connect(["password": "", "passfile": "/no/such/file"]) }?.kind == .wrongPassword)
        // The name of a database is not read as a connection string, which could change the other parameters.
        let string = failure { _ = try database.connect(["dbname": "host=/tmp sslmode=disable"]) }
        #expect(string?.kind == .unknownDatabase)
    }

    @Test func `the next address is tried if one does not answer`() throws {
        let port = try #require(database.environment["PGPORT"])
        // 192.0.2.1 is for documentation; packets to it get no answer, or an error of the local network.
        let connection = try database.connect(
            ["host": "localhost,localhost", "hostaddr": "192.0.2.1,127.0.0.1", "port": "5432,\(port)"],
            limits: PQLimits(address: .milliseconds(300)))
        #expect(try connection.run("SELECT 1") == 1)
        let nowhere = failure {
            _ = try database.connect(
                ["hostaddr": "192.0.2.1"], limits: PQLimits(connect: .milliseconds(500), address: .seconds(5)))
        }
        #expect(nowhere?.kind == .timedOut || nowhere?.kind == .unreachable)
    }

    @Test func `a connection whose server process ends in a statement says that the outcome is unknown`() throws {
        let watcher = try database.connect()
        let victim = try database.connect()
        let id = victim.backendID
        // A thread, because the tests occupy all threads of tasks.
        Thread.detachNewThread { [database] in
            guard let other = try? database.connect() else { return }
            let kill =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep%'"
            while let killed = try? other.run(kill, [.integer(Int(id))]), killed == 0 {}
        }
        let error = failure { try victim.run("SELECT pg_sleep(60)") }
        #expect(error?.kind == .shuttingDown)
        #expect(error?.sqlState == "57P01")
        #expect(error?.outcomeUnknown == true)
        #expect(!victim.isUsable)
        #expect(failure { try victim.run("SELECT 1") }?.kind == .unreachable)
        // A connection that is ended while it is idle finds it at its next statement, and the program gets no SIGPIPE.
        let idle = try database.connect()
        try watcher.run("SELECT pg_terminate_backend($1)", [.integer(Int(idle.backendID))])
        let late = failure { for _ in 0..<3 { try idle.run("SELECT 1") } }
        #expect(late?.kind == .shuttingDown || late?.kind == .unreachable)
        #expect(!idle.isUsable)
    }
}
