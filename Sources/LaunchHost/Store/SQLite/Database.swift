import Synchronization

/// A database that any task may use: one connection with a lock. Calls are short, so they block instead of suspending.
final class Database: Sendable {
    /// Which failures a commit survives.
    enum Durability: String, Sendable {
        /// The end of the program, but possibly not of the machine: for tests that write a lot.
        case processEnd = "NORMAL"
        /// A power failure. In WAL mode, NORMAL would lose the last commits, for instance the intent to submit a
        /// training job. One sync per commit still allows thousands of claims per second.
        case powerFailure = "FULL"
    }

    /// The path of the file, for messages.
    let path: String
    private let connection: Mutex<Connection>

    /// Opens the file, creates it if it does not exist, and migrates its tables.
    init(
        path: String, durability: Durability = .powerFailure, timeout: Duration = .seconds(15),
        migrations: [String] = Schema.migrations
    ) throws(StoreError) {
        self.path = path
        let connection = try Connection(path: path, timeout: timeout)
        try Self.useWriteAheadLog(connection, timeout: timeout)
        try connection.run("PRAGMA synchronous = \(durability.rawValue)")
        try connection.run("PRAGMA foreign_keys = ON")
        try Schema.migrate(connection, migrations)
        self.connection = Mutex(connection)
    }

    /// Runs several statements that only read; each sees the latest commit.
    func read<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        try connection.withLock { connection throws(StoreError) in try body(connection) }
    }

    /// Runs a write transaction: all of `body` or nothing.
    @discardableResult
    func write<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        try connection.withLock { connection throws(StoreError) in
            let held = connection
            return try held.transaction { () throws(StoreError) in try body(held) }
        }
    }

    /// The change of a new file to WAL does not call the busy handler, so two programs that create it at once wait
    /// here.
    private static func useWriteAheadLog(_ connection: Connection, timeout: Duration) throws(StoreError) {
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
