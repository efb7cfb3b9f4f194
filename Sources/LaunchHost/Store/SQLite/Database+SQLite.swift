import FoundationEssentials

extension Database {
    /// Which failures a commit survives.
    enum Durability: String, Sendable {
        /// The end of the program, but possibly not of the machine: for tests that write a lot.
        case processEnd = "NORMAL"
        /// A power failure. In WAL mode, NORMAL would lose the last commits, for instance the intent to submit a
        /// training job. One sync per commit still allows thousands of claims per second.
        case powerFailure = "FULL"
    }

    /// Opens the file, creates it if it does not exist, and migrates its tables.
    static func sqlite(
        path: String, durability: Durability = .powerFailure, timeout: Duration = .seconds(15),
        migrations: [String] = Schema.migrations, clock: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        isAlive: @escaping @Sendable (OwnerID) -> Bool = { _ in false }, notify: @escaping @Sendable () -> Void = {}
    ) throws(StoreError) -> Database {
        // SQLite has one writer at a time. A second connection for reads made nothing faster.
        try Database(notify: notify) { () throws(StoreError) -> sending any Connection in
            try SQLiteConnection.ready(
                path: path, durability: durability, timeout: timeout, migrations: migrations, clock: clock,
                isAlive: isAlive)
        }
    }
}

extension SQLiteConnection {
    /// A connection whose tables are up to date.
    static func ready(
        path: String, durability: Database.Durability = .powerFailure, timeout: Duration = .seconds(15),
        migrations: [String] = Schema.migrations, clock: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        isAlive: @escaping @Sendable (OwnerID) -> Bool = { _ in false }
    ) throws(StoreError) -> sending SQLiteConnection {
        let connection = try SQLiteConnection(path: path, timeout: timeout, clock: clock, isAlive: isAlive)
        try useWriteAheadLog(connection, timeout: timeout)
        try connection.run("PRAGMA synchronous = \(durability.rawValue)")
        try connection.run("PRAGMA foreign_keys = ON")
        try Schema.migrate(connection, migrations)
        return connection
    }

    /// The change of a new file to WAL does not call the busy handler, so two programs that create it at once wait
    /// here.
    private static func useWriteAheadLog(_ connection: SQLiteConnection, timeout: Duration) throws(StoreError) {
        let began = ContinuousClock.now
        while true {
            do throws(StoreError) {
                try connection.run("PRAGMA journal_mode = WAL")
                return
            } catch {
                guard error.code == .busy, ContinuousClock.now - began < timeout else { throw error }
                Files.pause(milliseconds: 1...10)
            }
        }
    }
}
