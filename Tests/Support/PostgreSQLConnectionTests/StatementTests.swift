import Foundation
import LaunchPostgreSQL
import TestSupport
import Testing

@Suite(.enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"))
struct StatementTests {
    /// Kept for the whole test: with the last reference, the database is dropped.
    let database: PostgresDatabase

    init() throws {
        database = try PostgresDatabase()
    }

    @Test func `values come back as they were sent`() throws {
        for statements in [PQConnection.Statements.prepared, .unprepared] {
            let connection = try database.connect(statements: statements)
            for text in [
                "", "it's \"quoted\" \\ and $1", "Größe 🚀\u{301}\u{1}", String(repeating: "x", count: 100_000),
            ] {
                let back = try connection.first("SELECT $1::text AS a", [.text(text)]) { row throws(PQError) in
                    try row.text("a")
                }
                #expect(back == text)
            }
            for number in [Int64.min, -1, 0, 1, .max] {
                let back = try connection.first("SELECT $1::bigint AS a", [.integer(number)]) { row throws(PQError) in
                    try row.integer("a")
                }
                #expect(back == number)
            }
            for bytes in [[], [0], Array(0...255), [UInt8](repeating: 0, count: 70_000)] {
                let back = try connection.first("SELECT $1::bytea AS a", [.bytes(bytes)]) { row throws(PQError) in
                    try row.bytes("a")
                }
                #expect(back == bytes)
            }
            try connection.script("SET bytea_output = escape")
            let escaped = try connection.first("SELECT '\\x00ff5c41'::bytea AS a") { row throws(PQError) in
                try row.bytes("a")
            }
            #expect(escaped == [0, 0xff, 0x5c, 0x41])
            for flag in [true, false] {
                let back = try connection.first("SELECT $1::boolean AS a", [.flag(flag)]) { row throws(PQError) in
                    try row.flag("a")
                }
                #expect(back == flag)
            }
            let empty = try connection.first("SELECT $1::text AS a, $2::bigint AS b", [.null, .integer(nil)]) {
                row throws(PQError) in
                [row.optionalText("a"), row.optionalInteger("b").map { "\($0)" }, row.optionalText("no such column")]
            }
            #expect(empty == [nil, nil, nil])
        }
    }

    @Test func `an array has each element as it was sent`() throws {
        let connection = try database.connect()
        let words = [
            "", "NULL", nil, "a,b", "{x}", "\"", "\\", "\\\"", " space ", "line\nbreak", "ü", "\"\u{301}", "\\\u{301}",
        ]
        let back = try connection.rows("SELECT w FROM unnest($1::text[]) AS w", [.array(words)]) {
            row throws(PQError) in
            row.optionalText("w")
        }
        #expect(back == words)
        let numbers: [Int64?] = [.min, nil, .max]
        let sums = try connection.rows("SELECT n FROM unnest($1::bigint[]) AS n", [.array(numbers)]) {
            row throws(PQError) in row.optionalInteger("n")
        }
        #expect(sums == numbers)
    }

    @Test func `a statement reports how many rows it changed`() throws {
        let connection = try database.connect()
        try connection.script("CREATE TABLE t (a bigint); INSERT INTO t SELECT generate_series(1, 10)")
        #expect(try connection.run("UPDATE t SET a = a + 1 WHERE a > $1", [.integer(4)]) == 6)
        #expect(try connection.run("DELETE FROM t WHERE a = $1", [.integer(-1)]) == 0)
        #expect(try connection.run("CREATE TABLE u (a int)") == 0)
        #expect(
            try connection.rows("DELETE FROM t RETURNING a") { row throws(PQError) in try row.integer("a") }.count == 10
        )
        #expect(connection.serverVersion >= 130_000)
        #expect(connection.usesTLS)
        #expect(connection.reported("server_encoding") == "UTF8")
        #expect(try connection.escapeIdentifier(#"a"b"#) == #""a""b""#)
    }

    @Test func `an error of the reader ends no connection`() throws {
        struct Own: PQFailure {
            var words = "own"
            init() {}
            init(_ failure: PQError) { words = failure.message }
        }
        let connection = try database.connect()
        let thrown = #expect(throws: Own.self) {
            _ = try connection.rows("SELECT generate_series(1, 100)") { _ throws(Own) in throw Own() }
        }
        #expect(thrown?.words == "own")
        let translated = #expect(throws: Own.self) {
            _ = try connection.rows("SELECT 1 / 0") { _ throws(Own) in 1 }
        }
        #expect(translated?.words == "division by zero")
        #expect(connection.isUsable)
        #expect(try connection.run("SELECT 1") == 1)
    }

    @Test func `a transaction is kept as a whole or not at all`() throws {
        let connection = try database.connect()
        try connection.script("CREATE TABLE t (a bigint PRIMARY KEY)")
        let count = { () throws(PQError) -> Int64? in
            try connection.first("SELECT count(*) AS n FROM t") { row throws(PQError) in try row.integer("n") }
        }
        try connection.transaction { () throws(PQError) in
            #expect(connection.isInTransaction)
            try connection.run("INSERT INTO t VALUES (1)")
        }
        #expect(try count() == 1)
        let thrown = failure {
            try connection.transaction { () throws(PQError) in
                try connection.run("INSERT INTO t VALUES (2)")
                try connection.run("INSERT INTO t VALUES (1)")
            }
        }
        #expect(thrown?.kind == .unique)
        #expect(thrown?.constraint == "t_pkey")
        #expect(!connection.isInTransaction)
        #expect(try count() == 1)
        // The caller ignores the error of a statement: COMMIT then rolls back, which must not look like success.
        let hidden = failure {
            try connection.transaction { () throws(PQError) in
                try connection.run("INSERT INTO t VALUES (3)")
                _ = try? connection.run("SELECT 1 / 0")
            }
        }
        #expect(hidden?.kind == .unexpected)
        #expect(try count() == 1)
        let mode = failure {
            try connection.transaction(mode: "READ ONLY") { () throws(PQError) in
                _ = try connection.run("INSERT INTO t VALUES (4)")
            }
        }
        #expect(mode?.kind == .readOnly)
    }

    @Test func `statements are prepared once, and not at all if the caller wants so`() throws {
        let count = "SELECT count(*) AS n FROM pg_prepared_statements"
        let prepared = try database.connect()
        for _ in 0..<3 { try prepared.run("SELECT $1::int", [.integer(1)]) }
        for number in 0..<300 { try prepared.run("SELECT \(number)") }
        #expect(try prepared.first(count) { row throws(PQError) in try row.integer("n") } == 200)
        let unprepared = try database.connect(statements: .unprepared)
        for _ in 0..<3 { try unprepared.run("SELECT $1::int", [.integer(1)]) }
        #expect(try unprepared.first(count) { row throws(PQError) in try row.integer("n") } == 0)
        let limit = "SELECT current_setting('statement_timeout') AS s"
        #expect(try unprepared.first(limit) { row throws(PQError) in try row.text("s") } == "0")
        let inside = try unprepared.transaction { () throws(PQError) in
            try unprepared.first(limit) { row throws(PQError) in try row.text("s") }
        }
        #expect(inside == "10s")
        #expect(try prepared.first(limit) { row throws(PQError) in try row.text("s") } == "10s")
    }

    @Test func `a prepared statement survives a migration and a forgetful server`() throws {
        let connection = try database.connect()
        try connection.script("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        let read = { () throws(PQError) -> String? in
            try connection.first("SELECT * FROM t") { row throws(PQError) in try row.text("a") }
        }
        #expect(try read() == "1")
        try connection.script("ALTER TABLE t ALTER a TYPE text USING a || '!'")
        #expect(try read() == "1!")
        #expect(try read() == "1!")
        try connection.script("DISCARD ALL")
        #expect(try read() == "1!")
        #expect(try read() == "1!")
        try connection.script("DISCARD ALL")
        let inside = failure {
            try connection.transaction { () throws(PQError) in
                try connection.run("SELECT 2")
                _ = try read()
            }
        }
        #expect(inside?.kind == .staleStatement)
        try connection.transaction { () throws(PQError) in _ = try read() }
    }

    @Test func `large values pass in both directions, also in pieces of any size`() throws {
        let connection = try database.connect()
        let large = [UInt8](repeating: 0x5a, count: 8 << 20)
        let back = try connection.first("SELECT $1::bytea AS a", [.bytes(large)]) { row throws(PQError) in
            try row.bytes("a")
        }
        #expect(back == large)
        // Rows around the size of TLS records, and of libpq's buffer.
        let began = ContinuousClock.now
        for size in [8_000, 8_191, 8_192, 12_000, 16_300, 16_384, 16_385, 20_000, 32_767, 40_000] {
            let sizes = try connection.rows(
                "SELECT repeat('x', $1::int) AS a FROM generate_series(1, 50)", [.integer(size)]
            ) { row throws(PQError) in try row.text("a").utf8.count }
            #expect(sizes == Array(repeating: size, count: 50))
        }
        #expect(ContinuousClock.now - began < .seconds(14))
    }

    @Test func `a result above the limit ends with an error`() throws {
        let few = try database.connect(limits: PQLimits(rows: 1_000))
        let rows = failure { try few.run("SELECT generate_series(1, 1001)") }
        #expect(rows?.kind == .tooLarge)
        #expect(!few.isUsable)
        for sql in ["SELECT repeat('x', 1000) FROM generate_series(1, 1100)", "SELECT repeat('x', 50000000)"] {
            let small = try database.connect(limits: PQLimits(bytes: 1 << 20))
            #expect(failure { try small.run(sql) }?.kind == .tooLarge)
            let script = try database.connect(limits: PQLimits(bytes: 1 << 20))
            #expect(failure { try script.script(sql + "; " + sql) }?.kind == .tooLarge || sql.contains("1100"))
        }
    }

    @Test func `notifications arrive, also while statements run`() throws {
        let listener = try database.connect()
        let sender = try database.connect()
        try listener.script("LISTEN runs")
        #expect(try listener.notified() == [])
        #expect(try listener.notified(within: .zero) == [])
        try sender.run("SELECT pg_notify('runs', $1)", [.text("r-1")])
        try sender.run("SELECT pg_notify('runs', $1)", [.text("r-2")])
        var found: [PQNotification] = []
        while found.count < 2 {
            let next = try listener.notified(within: .seconds(10))
            try #require(!next.isEmpty)
            found += next
        }
        #expect(found.map(\.payload) == ["r-1", "r-2"])
        #expect(found.allSatisfy { $0.channel == "runs" && $0.sender == sender.backendID })
        try sender.run("SELECT pg_notify('runs', 'r-3')")
        try listener.run("SELECT 1")
        #expect(try listener.notified(within: .seconds(10)).map(\.payload) == ["r-3"])
        #expect(listener.descriptor >= 0)
        listener.close()
        #expect(listener.descriptor == -1)
        #expect(failure { _ = try listener.notified() }?.kind == .unreachable)
    }

    @Test func `a text with a zero byte is refused, not cut`() throws {
        let connection = try database.connect()
        #expect(failure { try connection.run("SELECT $1", [.text("a\u{0}b")]) }?.kind == .invalidValue)
        #expect(failure { try connection.run("SELECT 1\u{0}") }?.kind == .invalidValue)
        #expect(failure { try connection.script("SELECT 1; \u{0}") }?.kind == .invalidValue)
        #expect(failure { _ = try connection.escapeIdentifier("a\u{0}b") }?.kind == .invalidValue)
        #expect(
            failure { try connection.run("SELECT $1", .init(repeating: .null, count: 65_536)) }?.kind == .invalidValue)
        #expect(connection.isUsable)
    }
}
