import Foundation
import Testing

import LaunchHost
@testable import LaunchStore

@Suite struct DatabaseTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private var path: String { sandbox.path + "/test.db" }

    private func open(_ migrations: [String], timeout: Duration = .seconds(15)) throws -> Database {
        try Database.sqlite(path: path, durability: .processEnd, timeout: timeout, migrations: migrations)
    }

    private func version(_ database: Database) async throws -> Int64? {
        try await database.read { connection throws(StoreError) in
            try connection.first("PRAGMA user_version") { row throws(StoreError) in try row.integer("user_version") }
        }
    }

    @Test func `missing migrations are applied, and the rows are kept`() async throws {
        let first = "CREATE TABLE t (a TEXT NOT NULL) STRICT"
        let second = "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7"
        let old = try open([first])
        try await old.write { connection throws(StoreError) in
            try connection.run("INSERT INTO t (a) VALUES (?)", [.text("kept")])
        }
        await #expect(try version(old) == 1)
        let new = try open([first, second])
        await #expect(try version(new) == 2)
        let rows = try await new.read { connection throws(StoreError) in
            try connection.rows("SELECT a, b FROM t") { row throws(StoreError) in
                "\(try row.text("a")) \(try row.integer("b"))"
            }
        }
        #expect(rows == ["kept 7"])
    }

    @Test func `a failed migration keeps the old version`() async throws {
        let first = "CREATE TABLE t (a TEXT) STRICT"
        await #expect(try version(open([first])) == 1)
        let error = await storeError {
            _ = try open([first, "CREATE TABLE u (a TEXT) STRICT; CREATE TABLE t (a TEXT)"])
        }
        #expect(error?.code == .internalFault)
        let again = try open([first])
        await #expect(try version(again) == 1)
        let tables = try await again.read { connection throws(StoreError) in
            try connection.rows("SELECT name FROM sqlite_schema") { row throws(StoreError) in try row.text("name") }
        }
        #expect(tables == ["t"])
    }

    @Test func `a database of a newer program is rejected`() async throws {
        _ = try open(["CREATE TABLE t (a TEXT)", "CREATE TABLE u (a TEXT)"])
        let error = try #require(await storeError { _ = try open(["CREATE TABLE t (a TEXT)"]) })
        #expect(error.code == .newer)
        #expect(error.message.contains("version 2") && error.message.contains("up to 1"))
        #expect(LaunchError(error).kind == .configuration)
    }

    @Test func `a file that is not a database is rejected`() async throws {
        try Data(String(repeating: "not a database. ", count: 500).utf8).write(to: URL(filePath: path))
        let error = try #require(await storeError { _ = try open(Schema.migrations) })
        #expect(error.code == .notADatabase)
        #expect(error.message.contains(path))
    }

    @Test func `the database of another program is rejected`() async throws {
        let other = try SQLiteConnection(path: path, timeout: .seconds(1))
        try other.script("CREATE TABLE theirs (a TEXT)")
        let error = try #require(await storeError { _ = try open(Schema.migrations) })
        #expect(error.code == .notADatabase)
        #expect(error.message.contains("another program"))
    }

    @Test func `a full disk is an error, and nothing is written`() async throws {
        let database = try open(["CREATE TABLE t (a TEXT) STRICT"])
        let error = await storeError {
            try await database.write { connection throws(StoreError) in
                try connection.run("PRAGMA max_page_count = 4")
                try connection.run("INSERT INTO t (a) VALUES ('small')")
                try connection.run("INSERT INTO t (a) VALUES (?)", [.text(String(repeating: "x", count: 100_000))])
            }
        }
        #expect(error?.code == .full)
        let count = try await database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) AS n FROM t") { row throws(StoreError) in try row.integer("n") }
        }
        #expect(count == 0)
    }

    @Test(arguments: [(ENOSPC, "Free some space"), (EDQUOT, "quota")])
    func `each of SQLite's codes for a full disk is reported as full`(_ reason: Int32, _ hint: String) {
        // SQLITE_IOERR, SQLITE_IOERR_SHMSIZE, SQLITE_CANTOPEN and SQLITE_FULL.
        for code: Int32 in [10, 10 | 19 << 8, 14, 13] {
            let error = StoreError(sqlite: code, path: "/x/launch.db", said: "disk I/O error", systemError: reason)
            #expect(error.code == .full && error.hint?.contains(hint) == true, "\(error)")
        }
    }

    @Test func `an error of the disk contains the reason`() {
        let error = StoreError(sqlite: 10, path: "/x/launch.db", said: "disk I/O error", systemError: EIO)
        #expect(error.code == .inputOutput)
        #expect(error.message.contains("failed: Input/output error."))
        #expect(error.hint?.contains("network") == false)
    }

    @Test func `a lock that is not released ends in an error`() async throws {
        let database = try open(["CREATE TABLE t (a TEXT) STRICT"], timeout: .milliseconds(50))
        let other = try SQLiteConnection(path: path, timeout: .zero)
        try other.run("BEGIN IMMEDIATE")
        let error = await storeError {
            _ = try await database.write { connection throws(StoreError) in
                try connection.run("INSERT INTO t VALUES ('x')")
            }
        }
        #expect(error?.code == .busy)
        try other.run("ROLLBACK")
        #expect(
            try await database.write { connection throws(StoreError) in try connection.run("INSERT INTO t VALUES ('x')")
            }
                == 1)
    }

    @Test func `a folder in place of the database is an error`() async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = try #require(await storeError { _ = try open(Schema.migrations) })
        #expect(error.code == .denied)
        #expect(error.message.contains(path))
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a folder without write permission is an error`() async throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: sandbox.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: sandbox.path) }
        #expect(await storeError { _ = try open(Schema.migrations) }?.code == .denied)
        #expect(await storeError { try sandbox.home.make() }?.code == .denied)
    }

    @Test(arguments: ["", "a\0b", "ünïcode 🚀", "'; DROP TABLE t; --", String(repeating: "long ", count: 50_000)])
    func `text is read back unchanged`(text: String) async throws {
        let database = try open(["CREATE TABLE t (a TEXT) STRICT"])
        let read = try await database.write { connection throws(StoreError) in
            try connection.first("INSERT INTO t VALUES (?) RETURNING a", [.text(text)]) { row throws(StoreError) in
                try row.text("a")
            }
        }
        #expect(read == text)
    }

    @Test func `concurrent connections can create the database`() async throws {
        let path = path
        try await concurrently(8) { _ in
            let database = try Database.sqlite(path: path, durability: .processEnd)
            try await database.write { connection throws(StoreError) in
                try connection.run("INSERT INTO jobs (name, last_version) VALUES (?, 1)", [.text(UUID().uuidString)])
            }
        }
        let count = try await Database.sqlite(path: path).read { connection throws(StoreError) in
            try connection.first("SELECT count(*) AS n FROM jobs") { row throws(StoreError) in try row.integer("n") }
        }
        #expect(count == 8)
    }
}
