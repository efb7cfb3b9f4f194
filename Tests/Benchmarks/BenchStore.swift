import Foundation
import LaunchHost
import TestSupport

/// A store for one measurement, on either engine.
struct BenchStore {
    enum Engine: String, CaseIterable {
        case sqlite, postgres

        /// The engines of this machine.
        static var available: [Self] { allCases.filter { $0 == .sqlite || PostgresServer.isInstalled } }
    }

    let store: Store
    private let folder: URL
    private let database: PostgresDatabase?

    init(_ engine: Engine) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-bench-\(UUID().uuidString)")
        switch engine {
        case .sqlite:
            database = nil
            store = try Store(home: LaunchHome(path: folder.path))
        case .postgres:
            let database = try PostgresDatabase(on: PostgresServer.shared.get())
            try await StoreServer(name: database.name) { PostgresServer.parameters(database.environment) }
                .initialize(prefix: database.name)
            self.database = database
            store = try Self.open(database, folder)
        }
    }

    /// The same store by other connections, as another process has it.
    func another() throws -> Store {
        guard let database else { return try Store(home: LaunchHome(path: folder.path)) }
        return try Self.open(database, folder)
    }

    /// The key `store` of the configuration of a process that uses this store; empty for SQLite.
    var configuration: String { database == nil ? "" : "store: {type: postgres}" }

    /// The variables of libpq for such a process.
    var variables: [String: String] { database?.environment ?? [:] }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Runs SQL with `TABLES.` before the names of tables.
    func execute(_ sql: String) throws {
        if let database {
            try database.run(sql.replacing("TABLES.", with: "launch."), "ANALYZE launch.runs")
        } else {
            try python("-c", Self.script, store.home.database, sql.replacing("TABLES.", with: ""))
        }
    }

    /// Copies the oldest run and its events under other IDs.
    func addHistory(_ count: Int) throws {
        guard count > 0 else { return }
        guard let database else { return try python(Self.file("history.py"), store.home.database, String(count)) }
        try database.run(
            Self.copies("runs", key: ("sequence", "id"), count), Self.copies("events", key: ("seq", "run_id"), count),
            "VACUUM ANALYZE launch.runs", "VACUUM ANALYZE launch.events")
    }

    private static func open(_ database: PostgresDatabase, _ folder: URL) throws -> Store {
        try Store(home: LaunchHome(path: folder.path), postgreSQL: database.name) {
            PostgresServer.parameters(database.environment)
        }
    }

    private static func copies(_ table: String, key: (number: String, run: String), _ count: Int) -> String {
        """
        DO $$ DECLARE kept text; BEGIN
            SELECT string_agg(quote_ident(column_name), ', ') INTO kept FROM information_schema.columns
            WHERE table_schema = 'launch' AND table_name = '\(table)'
                AND column_name NOT IN ('\(key.number)', '\(key.run)');
            EXECUTE format('INSERT INTO launch.\(table) (\(key.run), %1$s) SELECT ''h'' || n, %1$s '
                'FROM generate_series(1, \(count)) AS n CROSS JOIN (SELECT * FROM launch.\(table) '
                'WHERE \(key.run) = (SELECT id FROM launch.runs ORDER BY sequence LIMIT 1)) AS one', kept);
        END $$
        """
    }

    private static let script =
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"

    private static func file(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
    }

    private func python(_ arguments: String...) throws {
        _ = try Tool.run("/usr/bin/env", ["python3"] + arguments)
    }
}
