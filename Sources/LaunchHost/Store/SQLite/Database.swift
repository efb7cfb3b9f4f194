import Synchronization

/// A database that any task may use: one connection behind a lock. Calls are short, so they wait instead of suspending.
final class Database: Sendable {
    /// What a commit survives.
    enum Durability: String, Sendable {
        /// The end of the program, but perhaps not of the machine: for tests that write a lot.
        case processEnd = "NORMAL"
        /// A power failure. In WAL mode NORMAL would forget the last commits then, and so, for instance, that a
        /// training job was about to be submitted. One sync a commit still allows thousands of claims a second.
        case powerFailure = "FULL"
    }

    /// What happened at the file, for messages.
    let path: String
    private let connection: Mutex<Connection>

    /// Opens the file, makes it where there is none, and brings its tables up to date.
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

    /// Several statements that only read; each sees the latest commit.
    func read<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        try connection.withLock { connection throws(StoreError) in try body(connection) }
    }

    /// A transaction that writes: all of `body` or nothing.
    @discardableResult
    func write<T: Sendable>(
        _ body: @Sendable (Connection) throws(StoreError) -> T
    ) throws(StoreError) -> T {
        try connection.withLock { connection throws(StoreError) in
            let held = connection
            return try held.transaction { () throws(StoreError) in try body(held) }
        }
    }

    /// Switching a new file to WAL does not ask the busy handler, so two programs that make it at once wait here.
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
